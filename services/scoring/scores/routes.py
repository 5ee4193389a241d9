"""Reading scores."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.identities.queries import current_id, seen
from services.scoring.scores.queries import ONE, RANKED
from services.scoring.scores.ranking import TIERS
from services.scoring.scores.schemas import ScorePage, ScoreRead, Tier
from services.scoring.scores.unscored import unscored
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/scores", tags=["scores"])
MOST = 50  # customers in one question
CanRead = Annotated[Principal, allow("scores:read")]


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
) -> Response:
    """List the customers who have bought by value, the highest first, equals by id."""
    pool, level = core(request).database.pool, None if tier is None else TIERS.index(tier) + 1
    return await listed(
        request,
        place,
        ("value", "customer_id"),
        lambda **given: RANKED.all(pool, principal, tier=level, customers=customers, **given),
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
    customer: Annotated[str, Path(max_length=300, description="An id, or `<system>:<external id>`.")],
) -> Response:
    """Return what a customer is worth, realized and predicted, and why."""
    held = core(request)
    pool = held.database.pool
    id_ = await current_id(pool, customer)
    found = await ONE.one(pool, principal, id=id_)
    if found is not None:
        return answer(found[0], version=found[1], request=request)
    await seen(pool, principal, UUID(int=id_.int))
    today = held.clock().date()
    return answer(await unscored(pool, id_, today=today, currency=held.settings.currency))
