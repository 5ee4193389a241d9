"""Routes of promises, of claims of publicity, of what is due, and of how promises end."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.promises.kind import PROMISES, PUBLICITY_CLAIMS
from services.interaction.promises.outcomes import NoSuchOutcome, PromiseOutcome
from services.interaction.promises.queries import DUE, FIGURES
from services.interaction.promises.schemas import DuePromisePage, PromiseFiguresPage, PromiseGrouping
from services.interaction.records.lists import meant
from services.interaction.records.parameters import CustomerParameter, Word
from services.interaction.records.routes import record_routes
from services.interaction.records.spans import Days
from shared.auth import Principal, allow
from shared.errors import Invalid, documents
from shared.schemas import Instant
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("interactions:read")]


async def _filters(
    order_id: UUID | None = None, keeper: Word = None, outcome: PromiseOutcome | None = None
) -> Mapping[str, Any]:
    """Choose among promises."""
    return {"order_id": order_id, "keeper": keeper, "outcome": outcome}


async def _claims(keeper: Word = None, outcome: PromiseOutcome | None = None) -> Mapping[str, Any]:
    """Choose among claims."""
    return {"keeper": keeper, "outcome": outcome}


records = record_routes(
    PROMISES,
    scope="interactions",
    says="Record what a customer was promised.",
    filters=_filters,
    problems=(UnknownOrder, OrderOfAnother, NoSuchOutcome),
)
claims = record_routes(
    PUBLICITY_CLAIMS,
    scope="interactions",
    says="Record what publicity promised to everybody.",
    filters=_claims,
    problems=(NoSuchOutcome,),
)
router = APIRouter(prefix="/v1/promises", tags=["promises"])


@router.get("/due", response_model=DuePromisePage, responses=documents(Invalid))
@hot
async def list_due_promises(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    customer: CustomerParameter = None,
    keeper: Word = None,
    before: Annotated[Instant | None, Query(description="Due before then.")] = None,
) -> Response:
    """List open promises, the first due first."""
    held = core(request)
    pool = held.database.pool
    given = {
        "now": held.clock(),
        "customer": await meant(pool, customer),
        "keeper": keeper,
        "before": before,
    }
    return await listed(
        request, place, ("due_at", "id"), lambda **page: DUE.all(pool, principal, **given, **page)
    )


@router.get("/figures", response_model=PromiseFiguresPage, responses=documents(Invalid))
@hot
async def list_promise_figures(
    request: Request,
    principal: CanRead,
    place: Paged,
    window: Days,
    *,
    by: PromiseGrouping = PromiseGrouping.KEEPER,
) -> Response:
    """Show how promises that were due on these days ended, by whose they are."""
    held = core(request)
    given = {**window._asdict(), "now": held.clock()}
    pool = held.database.pool
    return await listed(
        request, place, ("key",), lambda **page: FIGURES[by].all(pool, principal, **given, **page)
    )


ROUTERS = (router, claims, records)  # /promises/due before /promises/{id}
