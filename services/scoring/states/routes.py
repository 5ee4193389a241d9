"""Asking what scoring has received."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.states.schemas import ScoringStatus
from services.scoring.states.status import CUSTOMERS, FEEDS, PURCHASES, UNMATCHED, WAITING
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/scoring-status", tags=["scoring-runs"])
CanRun = Annotated[Principal, allow("scoring:run")]


@router.get("", response_model=ScoringStatus, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def get_scoring_status(
    request: Request,
    _: CanRun,
    identity_system: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
) -> Response:
    """Count what has arrived from the other services: to wait, after a load, until all of it has."""
    pool = core(request).database.pool
    narrowed = identity_system is not None
    given = {"identity_system": identity_system}
    money = await PURCHASES[narrowed].all(pool, **given)
    return answer(
        {
            "customers": await CUSTOMERS[narrowed].value(pool, **given),
            "orders": sum(row["orders"] for row in money),
            "money": [{"amount": f"{row['amount']:f}", "currency": row["currency"]} for row in money],
            "unmatched": await UNMATCHED.value(pool),
            "waiting": await WAITING.value(pool),
            "feeds": await FEEDS.all(pool),
        }
    )
