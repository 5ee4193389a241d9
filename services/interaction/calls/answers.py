"""Answering requests that bring events of calls: one, or a batch."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.calls.actions import Wanted, prepare, take
from services.interaction.calls.drafts import Said, said
from services.interaction.calls.kind import CALLS
from services.interaction.calls.models import RINGS
from services.interaction.calls.ringing import Ring, Rings
from services.interaction.calls.schemas import CallEventCreate
from services.interaction.records.actions import statements
from services.interaction.records.answers import customers
from services.interaction.records.rehearsing import rehearsed
from services.interaction.records.rows import refused
from services.interaction.records.schemas import Outcome
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import NotFound, as_row_problem
from web.app import core
from web.once import Answer, once


def rings_of(request: Request) -> Rings:
    """Return the process's ear for calls that ring."""
    rings: Rings = request.app.state.rings
    return rings


async def take_one(request: Request, principal: Principal, body: CallEventCreate) -> Response:
    """Take an event: 201 with the call as it is now; 200 when it was known, 409 when another has its name."""
    wanted = await _prepared(request, principal, [said(body)])

    async def act(tx: Transaction) -> Answer:
        await take(tx, wanted)
        one = wanted.said[0]
        if one.problem is not None or one.call is None:
            raise one.problem or NotFound()
        row = await statements(CALLS).one.one(tx.connection, principal, id=one.call.id)
        if row is None:
            raise NotFound
        location = CALLS.location(row["id"])
        new = one.outcome is Outcome.CREATED
        return Answer(
            row["data"], 201 if new else 200, row["version"], location if new else None, (row["id"],)
        )

    answer = await once(request, principal, act)
    await _announce(request, wanted)
    return answer


async def take_many(request: Request, principal: Principal, items: Sequence[Any], *, dry: bool) -> Response:
    """Take events together: the result of each, in order."""
    wanted = await _prepared(request, principal, [_said(item, at) for at, item in enumerate(items)])

    async def act(tx: Transaction) -> Answer:
        async with rehearsed(tx, dry=dry):
            await take(tx, wanted)
        calls = [each.call.id for each in wanted.said if each.call is not None]
        return Answer(_results(wanted.said), subjects=[] if dry else list(dict.fromkeys(calls)))

    answer = await once(request, principal, act)
    if not dry:
        await _announce(request, wanted)
    return answer


async def _prepared(request: Request, principal: Principal, events: list[Said]) -> Wanted:
    held = core(request)
    return await prepare(held.database.pool, customers(request), principal, events, held.settings.country)


async def _announce(request: Request, wanted: Wanted) -> None:
    rings = [ring for each in wanted.said if (ring := _ring(each)) is not None]
    if rings:
        await rings_of(request).announce(rings)


def _ring(said: Said) -> Ring | None:
    event, call = said.event, said.call
    if said.received is None or call is None or event is None or event.type not in RINGS:
        return None
    return Ring(said.received[0], call.id, said.received[1], event.said.get("agent"), event.said.get("queue"))


def _said(item: object, index: int) -> Said:
    try:
        return said(CallEventCreate.model_validate(item), index)
    except ValidationError as error:
        return Said(index, problem=refused(CallEventCreate, item, error))


def _results(events: Sequence[Said]) -> dict[str, Any]:
    counts = Counter(each.outcome for each in events)
    return {
        "results": [_result(each) for each in events],
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
    }


def _result(said: Said) -> dict[str, Any]:
    call = said.call
    return {
        "index": said.index,
        "outcome": said.outcome,
        "id": call and str(call.id),
        "version": call and call.version,
        "matched": call and call.who.matched,
        "problem": said.problem and as_row_problem(said.problem),
    }
