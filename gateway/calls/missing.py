"""Missed calls from the interaction service, each with everybody who shares its number."""

import asyncio
from typing import Any

import orjson
from starlette.requests import Request

from gateway.callers.finding import Refused, who
from gateway.link import UpstreamError
from gateway.services import Services, query
from gateway.upstream import Answer
from shared.errors import Unavailable

ASK_S = 5.0
AT_ONCE, SHOWN = 8, 10  # questions on their way; callers of a number


async def missed(services: Services, request: Request, **given: object) -> dict[str, Any] | Answer:
    """Return a page, or the interaction service's refusal."""
    try:
        came = await services.ask(request, "interaction", query("/v1/calls/missed", given), ASK_S)
    except UpstreamError as problem:
        raise Unavailable("Calls cannot be read, try again.") from problem
    if came.status != 200:
        return came
    page: dict[str, Any] = orjson.loads(came.body)
    numbers = dict.fromkeys(item["call"]["number"] for item in page["items"])
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(number: str | None) -> dict[str, Any] | None:
        if number is None:  # masked
            return None
        async with places:
            try:
                return await who(services, request, number=number, limit=SHOWN)
            except Refused:
                return None

    told = dict(zip(numbers, await asyncio.gather(*map(ask, numbers)), strict=True))
    items = [{**item, "callers": told[item["call"]["number"]]} for item in page["items"]]
    return {"items": items, "next": page["next"]}
