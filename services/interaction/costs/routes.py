"""Routes of costs: of one customer, of many, and how they fall upon customers."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.costs.allocation import BY_COST, BY_CUSTOMER, WEIGHED
from services.interaction.costs.bearing import BEARERS, OF
from services.interaction.costs.kinds import COSTS, SHARED_COSTS, NotACost
from services.interaction.costs.schemas import AllocatedCosts, Among, Bearings, CostAllocation, CostKind
from services.interaction.records.actions import fetch
from services.interaction.records.lists import meant
from services.interaction.records.parameters import CustomerParameter, Named, Word
from services.interaction.records.routes import record_routes
from services.interaction.records.spans import Days
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("orders:read")]


async def _own(kind: CostKind | None = None, campaign: Word = None) -> Mapping[str, Any]:
    """Choose among costs of customers."""
    return {"kind": kind, "campaign": campaign}


async def _shared(
    kind: CostKind | None = None, among: Among | None = None, name: Word = None, campaign: Word = None
) -> Mapping[str, Any]:
    """Choose among shared costs."""
    return {"kind": kind, "among": among, "name": name, "campaign": campaign}


router = record_routes(
    COSTS, scope="orders", says="Record what was paid for one customer.", filters=_own, problems=(NotACost,)
)
shared = record_routes(
    SHARED_COSTS,
    scope="orders",
    says="Record what was paid for many customers, and how they share it.",
    filters=_shared,
    problems=(NotACost,),
)
allocations = APIRouter(prefix="/v1", tags=["costs"])


@allocations.get("/costs/allocation", response_model=CostAllocation, responses=documents(Invalid))
@hot
async def list_cost_allocation(
    request: Request,
    principal: CanRead,
    place: Paged,
    window: Days,
    *,
    customer: CustomerParameter = None,
) -> Response:
    """Show what each customer cost in a window: its own costs, and its shares of others with their basis."""
    pool = core(request).database.pool
    weighed = await WEIGHED.one(pool, **window._asdict())
    given = {**window._asdict(), "customer": await meant(pool, customer)}
    return await listed(
        request,
        place,
        ("key",),
        lambda **page: BY_CUSTOMER.all(pool, principal, **given, **page),
        **dict(weighed or {}),
    )


@allocations.get("/shared-costs/allocated", response_model=AllocatedCosts, responses=documents(Invalid))
@hot
async def list_allocated_costs(request: Request, _: CanRead, place: Paged, window: Days) -> Response:
    """Show how much of each shared cost lies in a window, and upon how many customers it falls."""
    pool = core(request).database.pool
    given = window._asdict()
    return await listed(request, place, ("key",), lambda **page: BY_COST.all(pool, **given, **page))


@allocations.get(
    "/shared-costs/{shared_cost_id}/shares", response_model=Bearings, responses=documents(NotFound, Invalid)
)
@hot
async def list_cost_shares(
    request: Request, shared_cost_id: Named, principal: CanRead, place: Paged
) -> Response:
    """List who bears a shared cost, and how much of it, as it was weighed last."""
    pool = core(request).database.pool
    given = {"cost": (await fetch(pool, principal, SHARED_COSTS, shared_cost_id))["id"]}
    said = await OF.one(pool, **given)
    return await listed(
        request,
        place,
        ("key",),
        lambda **page: BEARERS.all(pool, principal, **given, **page),
        **dict(said or {}),
    )


ROUTERS = (allocations, router, shared)
