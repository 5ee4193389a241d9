"""GET /v1/callers: who shares a number, with what is known of each."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.callers.finding import MOST, Refused, find
from gateway.callers.schemas import CallersRead
from shared.auth import allow
from shared.errors import MEDIA_TYPE, Invalid, MaskedField, Unavailable, documents
from shared.schemas import Country, Text
from web.app import answer
from web.hot import hot

router = APIRouter(prefix="/v1/callers", tags=["callers"])
Number = Annotated[Text, Query(description="A phone number in any written form.")]


@router.get(
    "",
    response_model=CallersRead,
    dependencies=[allow("customers:read")],
    responses=documents(MaskedField, Invalid),
)
@hot
async def find_callers(
    request: Request,
    number: Number,
    country: Annotated[Country | None, Query(description="Where it was dialled; else where we are.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Response:
    """Find everybody who shares a phone number, with last contacts and score; for who answers a call."""
    services = request.app.state.services
    try:
        return answer(await find(services, request, number=number, country=country, limit=limit))
    except Refused as refused:
        if refused.answer is None:
            raise Unavailable("Customers cannot be read, try again.") from refused
        return Response(refused.answer.body, refused.answer.status, media_type=MEDIA_TYPE)
