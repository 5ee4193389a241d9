"""Finding who shares a number: who it is, and then, within the budget, what is known of each."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request

from gateway.callers.composing import by_customer, composed
from gateway.link import UpstreamError
from gateway.services import Services, query
from gateway.upstream import Answer

WHO_S, PART_S = 0.45, 0.45  # who it is, and then each part; the whole answers within a second
MOST = 50
THE_CALLERS_OWN = (403, 422)  # refusals


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


class Refused(Exception):  # noqa: N818 - what the customer service said
    """The customer service's refusal; None: it did not answer."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__()
        self.answer = answer


async def who(services: Services, request: Request, **given: object) -> dict[str, Any]:
    """Return who shares a number, without the parts; Refused when that cannot be had."""
    came = await _asked(services, request, "customer", query("/v1/customers/callers", given), seconds=WHO_S)
    if came is None or came.status != 200:
        raise Refused(came if came is not None and came.status in THE_CALLERS_OWN else None)
    found: dict[str, Any] = orjson.loads(came.body)
    return found


async def find(services: Services, request: Request, **given: object) -> dict[str, Any]:
    """Return everybody who shares a `number`, with their parts, as CallersRead says; Refused as above."""
    found = await who(services, request, **given)
    parts = await _parts(services, request, [each["customer_id"] for each in found["items"]])
    missing = [name for name, part in parts.items() if part is None]
    items = composed(found["items"], {name: part or {} for name, part in parts.items()})
    return {"items": items, "more": found["more"], "partial": bool(missing), "missing": missing}


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
