"""Finding callers over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.customer.callers.numbers import candidates
from services.customer.callers.queries import CALLERS
from services.customer.callers.schemas import CallerMatches
from services.customer.customers.contacts import key
from services.customer.customers.routes import CanRead
from shared.errors import Invalid, MaskedField, documents
from shared.schemas import Country, Text
from web.app import answer, core
from web.hot import hot

MOST = 50
router = APIRouter(prefix="/v1/customers/callers", tags=["callers"])
Number = Annotated[Text, Query(description="A phone number in any written form.")]


@router.get("", response_model=CallerMatches, responses=documents(MaskedField, Invalid))
@hot
async def match_callers(
    request: Request,
    principal: CanRead,
    number: Number,
    country: Annotated[Country | None, Query(description="Where it was dialled; else where we are.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """List all who share a number: by the surest reading, then preferred contact point, then id."""
    held = core(request)
    read = candidates(number, country, held.settings.country)
    numbers = [each.number for each in read]
    rows = await CALLERS.all(
        held.database.pool,
        principal,
        number=True,
        numbers=numbers,
        matches=[each.match for each in read],
        keys=[key("phone", each) for each in numbers],
        limit=limit + 1,
    )
    return answer({"items": [row["data"] for row in rows[:limit]], "more": len(rows) > limit})
