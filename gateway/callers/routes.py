"""GET /v1/callers: who shares a number, and then, within the budget, what is known of each."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query, Request, Response

from gateway.callers.composing import by_customer, composed
from gateway.callers.schemas import CallersRead
from gateway.link import UpstreamError
from gateway.services import Services, query
from gateway.upstream import Answer
from shared.auth import allow
from shared.errors import MEDIA_TYPE, Invalid, MaskedField, Unavailable, documents
from shared.schemas import Country, Text
from web.app import answer
from web.hot import hot

WHO_S, PART_S = 0.45, 0.45  # who it is, and then each part; the whole answers within a second
MOST = 50
THE_CALLERS_OWN = (403, 422)  # refusals
router = APIRouter(prefix="/v1/callers", tags=["callers"])
Number = Annotated[Text, Query(description="A phone number in any written form.")]


@dataclass(frozen=True, slots=True)
class Part:
    """What a service tells of many customers at once: items with a `customer_id`, for each in `customers`."""

    service: str
    path: str


# Open matters and the approach to a customer take their places here.
PARTS = {
    "last_contacts": Part("interaction", "/v1/contacts/last?each=3"),
    "score": Part("scoring", f"/v1/scores?limit={MOST}"),
}


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
    services: Services = request.app.state.services
    path = query("/v1/customers/callers", {"number": number, "country": country, "limit": limit})
    who = await _asked(services, request, "customer", path, seconds=WHO_S)
    if who is not None and who.status in THE_CALLERS_OWN:
        return Response(who.body, who.status, media_type=MEDIA_TYPE)
    if who is None or who.status != 200:
        raise Unavailable("Customers cannot be read, try again.")
    found = orjson.loads(who.body)
    parts = await _parts(services, request, [each["customer_id"] for each in found["items"]])
    missing = [name for name, part in parts.items() if part is None]
    items = composed(found["items"], {name: part or {} for name, part in parts.items()})
    return answer({"items": items, "more": found["more"], "partial": bool(missing), "missing": missing})


async def _parts(services: Services, request: Request, ids: list[str]) -> dict[str, dict[str, Any] | None]:
    """Return each part by customer; None for one that did not come, and nothing to ask is nothing missing."""
    if not ids:
        return {}
    whose = urlencode([("customers", each) for each in ids])
    asked = [_part(services, request, part, f"{part.path}&{whose}") for part in PARTS.values()]
    return dict(zip(PARTS, await asyncio.gather(*asked), strict=True))


async def _part(services: Services, request: Request, part: Part, path: str) -> dict[str, Any] | None:
    came = await _asked(services, request, part.service, path, seconds=PART_S)
    return by_customer(orjson.loads(came.body)["items"]) if came and came.status == 200 else None


async def _asked(
    services: Services, request: Request, service: str, path: str, *, seconds: float
) -> Answer | None:
    try:
        return await services.ask(request, service, path, seconds)
    except UpstreamError:
        return None
