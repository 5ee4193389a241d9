"""Asking what changed a score."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.changes.changing import changed
from services.scoring.changes.schemas import ScoreChangeRead
from services.scoring.identities.queries import meant
from services.scoring.scores.routes import CanRead, Named
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/scores/{customer}", tags=["scores"])


@router.get(
    "/change",
    response_model=ScoreChangeRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def explain_score_change(
    request: Request,
    principal: CanRead,
    customer: Named,
    since: Annotated[Day, Query(description="The earlier day.")],
    until: Annotated[Day | None, Query(description="The later day, by default today.")] = None,
) -> Response:
    """Split the change of a value between two days into passing time, new data and new parameters."""
    held = core(request)
    last = until or held.clock().date()
    if since > last:
        detail = "The first day is after the last one."
        raise Invalid(detail, errors=[{"parameter": "since", "code": "after_until", "detail": detail}])
    pool = held.database.pool
    id_ = await meant(pool, principal, customer)
    return answer(await changed(pool, principal, id_, since, last))
