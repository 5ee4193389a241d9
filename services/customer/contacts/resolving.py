"""The question who holds numbers and addresses, by the thousand."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.customer.callers.numbers import Match, candidates
from services.customer.contacts import queries
from services.customer.contacts.schemas import (
    ContactPointAnswers,
    ContactPointQuestion,
    ContactPointQuestions,
)
from services.customer.customers.contacts import DIALLED, key, normalized
from services.customer.customers.routes import CanRead
from shared.errors import Invalid, MaskedField, documents
from web.app import answer, core
from web.hot import hot
from web.openapi import READING

AT_A_TIME = 50  # numbers: some milliseconds
Readings = list[tuple[str, Match]]  # keys, the likeliest first
router = APIRouter(prefix="/v1/contact-points", tags=["contact-points"])


@router.post(
    "/resolve",
    response_model=ContactPointAnswers,
    responses=documents(MaskedField, Invalid),
    openapi_extra=READING,
)
@hot
async def resolve_contact_points(
    body: ContactPointQuestions, request: Request, principal: CanRead
) -> Response:
    """Tell who holds up to a thousand numbers and addresses: by the surest reading of each, then by id.

    Numbers (`phone`, `mobile`, `fax`) are read as for callers; what cannot be one is nobody's.
    """
    if not principal.personal:
        raise MaskedField(pointers=[f"/items/{index}/value" for index in range(len(body.items))])
    held, read = core(request), list[Readings]()
    for index, item in enumerate(body.items):
        if index % AT_A_TIME == 0:
            await asyncio.sleep(0)  # other requests pass between a few and the next
        read.append(readings(item, held.settings.country))
    keys = {each for one in read for each, _ in one}
    known = await queries.holders(held.database.pool, principal, keys, body.limit + 1)
    return answer({"results": [_result(one, known, body.limit) for one in read]})


def readings(item: ContactPointQuestion, country: str) -> Readings:
    """Return the keys that a number or address may be found by; nothing for what cannot be one."""
    if item.type in DIALLED:
        found = candidates(item.value, item.country, country)
        return [(key(item.type, each.number), each.match) for each in found]
    form = normalized(item.type, item.value, country)
    return [] if form is None else [(key(item.type, form), Match.EXACT)]


def _result(read: Iterable[tuple[str, Match]], known: Mapping[str, list[UUID]], limit: int) -> dict[str, Any]:
    found: dict[UUID, Match] = {}
    for each, match in read:
        for id_ in known.get(each, ()):
            found.setdefault(id_, match)
    items = [{"customer_id": id_, "match": match} for id_, match in found.items()]
    return {"holders": items[:limit], "more": len(items) > limit}
