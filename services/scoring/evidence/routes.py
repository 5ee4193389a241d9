"""Reading the facts behind a score."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.evidence.queries import FACTS
from services.scoring.evidence.schemas import FactPage
from services.scoring.facts.models import Kind
from services.scoring.identities.queries import meant
from services.scoring.scores.routes import CanRead, Named
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.schemas import Day, Instant
from web.app import core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/scores/{customer}", tags=["scores"])


@router.get(
    "/facts", response_model=FactPage, responses=documents(Unauthenticated, Forbidden, NotFound, Invalid)
)
@hot
async def list_score_facts(
    request: Request,
    principal: CanRead,
    place: Paged,
    customer: Named,
    *,
    kind: Kind | None = None,
    until: Annotated[Day | None, Query(description="Of this day or earlier.")] = None,
    told_after: Annotated[Instant | None, Query(description="Told after this time.")] = None,
) -> Response:
    """List the facts behind a customer's score, of all its ids, as they are known now, newest day first."""
    pool = core(request).database.pool
    id_ = await meant(pool, principal, customer)
    narrowed = {"kind": kind, "until": until, "told_after": told_after}
    return await listed(
        request,
        place,
        ("day", "subject"),
        lambda **given: FACTS.all(pool, principal, id=id_, **narrowed, **given),
    )
