"""Asking why a score is what it is."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.explanations.explaining import explained
from services.scoring.explanations.queries import NothingSaid, score_of
from services.scoring.explanations.schemas import ExplanationRead
from services.scoring.identities.queries import meant
from services.scoring.scores.routes import CanRead, Named
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Day
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/scores/{customer}", tags=["scores"])


@router.get(
    "/explanation",
    response_model=ExplanationRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, NothingSaid, Invalid),
)
@hot
async def explain_score(
    request: Request,
    principal: CanRead,
    customer: Named,
    as_of: Annotated[Day | None, Query(description="Explain what was said on this day.")] = None,
) -> Response:
    """Tell why a customer is worth what it is said to be, by factors, in plain words, with the facts."""
    pool = core(request).database.pool
    id_ = await meant(pool, principal, customer)
    return answer(await explained(pool, principal, id_, await score_of(pool, principal, id_, as_of)))
