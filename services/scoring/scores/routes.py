"""Reading scores."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.identities.queries import current_id, meant, seen
from services.scoring.scores.past import HISTORY, said
from services.scoring.scores.queries import ONE, RANKED
from services.scoring.scores.ranking import TIERS
from services.scoring.scores.schemas import Class, ScoreHistoryPage, ScorePage, ScoreRead, Tier
from services.scoring.scores.unscored import unscored
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/scores", tags=["scores"])
MOST = 50  # customers in one question
CanRead = Annotated[Principal, allow("scores:read")]
Named = Annotated[str, Path(max_length=300, description="An id, or `<system>:<external id>`.")]


@router.get("", response_model=ScorePage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_scores(
    request: Request,
    principal: CanRead,
    place: Paged,
    *,
    tier: Tier | None = None,
    customers: Annotated[
        list[UUID] | None, Query(max_length=MOST, description="Only of these: their ids, old ones too.")
    ] = None,
    r: Class | None = None,
    f: Class | None = None,
    m: Class | None = None,
) -> Response:
    """List the customers who have bought by value, the highest first, equals by id."""
    pool, level = core(request).database.pool, None if tier is None else TIERS.index(tier) + 1
    return await listed(
        request,
        place,
        ("value", "customer_id"),
        lambda **given: RANKED.all(pool, principal, tier=level, customers=customers, r=r, f=f, m=m, **given),
    )


@router.get(
    "/{customer}",
    response_model=ScoreRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_score(
    request: Request,
    principal: CanRead,
    customer: Named,
    as_of: Annotated[Day | None, Query(description="What was said on this day, or last before it.")] = None,
) -> Response:
    """Return what a customer is worth, realized and predicted, and why; or what was said on a day."""
    held = core(request)
    pool = held.database.pool
    id_ = await current_id(pool, customer)
    found = await (said(pool, principal, id_, as_of) if as_of else ONE.one(pool, principal, id=id_))
    if found is not None:
        return answer(found[0], version=found[1], request=request)
    await seen(pool, principal, UUID(int=id_.int))
    today, currency = held.clock().date(), held.settings.currency
    return answer(await unscored(pool, id_, today=today, currency=currency, then=as_of))


@router.get(
    "/{customer}/history",
    response_model=ScoreHistoryPage,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_score_history(request: Request, principal: CanRead, place: Paged, customer: Named) -> Response:
    """List what was said of a customer, newest day first.

    A row is kept when facts, tier or a class changed, when the value moved by 5 %, and at the end of a month.
    """
    pool = core(request).database.pool
    id_ = await meant(pool, principal, customer)
    return await listed(
        request,
        place,
        ("as_of", "version", "customer_id"),
        lambda **given: HISTORY.all(pool, principal, id=id_, **given),
    )
