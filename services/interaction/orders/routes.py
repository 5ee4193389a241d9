"""Routes of orders."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.orders.correcting import corrections
from services.interaction.orders.kind import ORDERS
from services.interaction.orders.schemas import OrderCorrections
from services.interaction.orders.statuses import OrderStatus, StatusNotPossible
from services.interaction.records.actions import fetch
from services.interaction.records.parameters import Named, Word
from services.interaction.records.routes import record_routes
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("orders:read")]
further = APIRouter(prefix="/v1/orders", tags=["orders"])


async def filters(
    status: OrderStatus | None = None,
    region: Word = None,
    salesperson: Word = None,
    department: Word = None,
) -> Mapping[str, Any]:
    """Choose among orders."""
    return {"status": status, "region": region, "salesperson": salesperson, "department": department}


router = record_routes(
    ORDERS,
    scope="orders",
    says="Record a purchase with its lines.",
    filters=filters,
    problems=(StatusNotPossible,),
)


@further.get(
    "/{order_id}/corrections", response_model=OrderCorrections, responses=documents(NotFound, Invalid)
)
@hot
async def list_order_corrections(
    request: Request, order_id: Named, principal: CanRead, place: Paged
) -> Response:
    """List what later versions changed: status, currency and sum, and which lines came, went or changed."""
    pool = core(request).database.pool
    order = await fetch(pool, principal, ORDERS, order_id)
    return await listed(request, place, ("version",), lambda **page: corrections(pool, order["id"], **page))


ROUTERS = (further, router)
