"""Routes of deliveries, of the fulfilment of orders, and of what was late."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.deliveries.arrival import DeliveryStatus, NoTimeOfDelivery
from services.interaction.deliveries.kind import DELIVERIES
from services.interaction.deliveries.queries import LATE, ON_TIME, fulfilment_of
from services.interaction.deliveries.schemas import Fulfilment, Grouping, LatePage, OnTimePage
from services.interaction.orders.kind import ORDERS
from services.interaction.orders.queries import UnknownOrder
from services.interaction.records.actions import fetch
from services.interaction.records.lists import meant
from services.interaction.records.parameters import CustomerParameter, Named
from services.interaction.records.routes import record_routes
from services.interaction.records.spans import Days
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("orders:read")]
AsOf = Annotated[Day | None, Query(description="As of this day; today, in UTC, without it.")]


async def _filters(
    status: DeliveryStatus | None = None,
    on_time: Annotated[bool | None, Query(description="Those that came by the promised day, or not.")] = None,
) -> Mapping[str, Any]:
    """Return the filters of the list."""
    return {"status": status, "on_time": on_time}


records = record_routes(
    DELIVERIES,
    scope="orders",
    says="Record a shipment of an order or of a part of it.",
    filters=_filters,
    problems=(UnknownOrder, NoTimeOfDelivery),
)
router = APIRouter(prefix="/v1", tags=["deliveries"])


@router.get("/deliveries/late", response_model=LatePage, responses=documents(Invalid))
@hot
async def list_late_deliveries(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    customer: CustomerParameter = None,
    on: AsOf = None,
) -> Response:
    """List what was promised for an earlier day and has not come, the longest overdue first."""
    held = core(request)
    pool, whose = held.database.pool, await meant(held.database.pool, customer)
    given = {"as_of": on or held.clock().date(), "customer": whose}
    return await listed(
        request, place, ("promised_on", "id"), lambda **page: LATE.all(pool, principal, **given, **page)
    )


@router.get("/deliveries/on-time", response_model=OnTimePage, responses=documents(Invalid))
@hot
async def list_on_time_figures(
    request: Request,
    principal: CanRead,
    place: Paged,
    window: Days,
    *,
    by: Grouping = Grouping.CUSTOMER,
    customer: CustomerParameter = None,
    on: AsOf = None,
) -> Response:
    """Show by customer or product how much of what was promised for these days came on time and in full."""
    held = core(request)
    pool, whose = held.database.pool, await meant(held.database.pool, customer)
    given = {**window._asdict(), "as_of": on or held.clock().date(), "customer": whose}
    return await listed(
        request, place, ("key",), lambda **page: ON_TIME[by].all(pool, principal, **given, **page)
    )


@router.get("/orders/{order_id}/fulfilment", response_model=Fulfilment, responses=documents(NotFound))
@hot
async def get_order_fulfilment(request: Request, order_id: Named, principal: CanRead) -> Response:
    """Show how much of each line was ordered, shipped, delivered, returned, and is still open."""
    pool = core(request).database.pool
    order = await fetch(pool, principal, ORDERS, order_id)
    return answer(await fulfilment_of(pool, principal, order["id"]))


ROUTERS = (router, records)
