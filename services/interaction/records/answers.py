"""Answering requests about records of any kind; the routes of each kind say which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from feed.history import Steps
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key, People
from services.interaction.records import actions
from services.interaction.records.actions import Wanted, fetch, recognised, record, record_straight, write
from services.interaction.records.drafts import Decision, Draft, LinkFixed, Result
from services.interaction.records.kinds import Kind
from services.interaction.records.rows import read
from services.interaction.records.schemas import Batch, BatchMode, Outcome, RecordCreate
from services.interaction.records.shapes import LINKS
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import NotFound, as_row_problem
from web.app import answer, core
from web.etag import Condition
from web.once import Answer, at_once, once


def customers(request: Request) -> Customers:
    """Return the process's way to ask the customer service."""
    return cast("Customers", request.app.state.customers)


async def create(request: Request, principal: Principal, kind: Kind, body: RecordCreate) -> Response:
    """Record one: 201; 200 if its source key names a record with the same content, 409 with another."""
    draft = kind.draft(body)
    await kind.admit(core(request).database, [draft])

    async def straight(tx: Transaction, key: Mapping[str, object] | None) -> Answer | None:
        return _new(kind, draft, await record_straight(tx, kind, draft, key))

    if said := await at_once(request, principal, straight):
        return said
    wanted = Wanted(kind, [draft], await people(request, principal, [draft]), BatchMode.CREATE)

    async def act(tx: Transaction) -> Answer:
        if made := _new(kind, draft, await record(tx, wanted)):
            return made
        result = (await write(tx, wanted)).results[0]
        if result.problem is not None or result.held is None:
            raise result.problem or NotFound()
        row = await fetch(tx.connection, principal, kind, result.held.id)
        status = 201 if result.outcome is Outcome.CREATED else 200
        return _made(kind, row["id"], row["data"], row["version"], status)

    return await once(request, principal, act)


async def write_batch(request: Request, principal: Principal, kind: Kind, batch: Batch[Any]) -> Response:
    """Record many: the result of each, in order."""
    drafts = read(kind, batch.items)
    await kind.admit(core(request).database, drafts)
    wanted = Wanted(kind, drafts, await people(request, principal, drafts), batch.mode, batch.dry_run)

    async def act(tx: Transaction) -> Answer:
        decision = await write(tx, wanted)
        written = [] if batch.dry_run else [*decision.created, *decision.changed]
        return Answer(counted(decision), subjects=list({each.record.id: None for each in written}))

    return await once(request, principal, act)


async def get(request: Request, principal: Principal, kind: Kind, key: Key) -> Response:
    """Show one, with its version as ETag."""
    row = await fetch(core(request).database.pool, principal, kind, key)
    return answer(row["data"], version=row["version"], request=request)


async def correct(
    request: Request, principal: Principal, kind: Kind, key: Key, *, patch: RecordCreate, seen: Condition
) -> Response:
    """Correct one by a merge patch, and show it as it is then."""
    if fixed := sorted(LINKS & patch.model_fields_set):
        says = LinkFixed.says
        raise LinkFixed(
            errors=[{"pointer": f"/{name}", "code": LinkFixed.code, "detail": says} for name in fixed]
        )

    await kind.admit(core(request).database, [draft := kind.draft(patch)])

    async def act(tx: Transaction) -> Answer:
        before = await fetch(tx.connection, principal, kind, key)
        mine = replace(draft, values=dict(draft.values))  # it may have to run again
        await actions.correct(tx, kind, before["id"], mine, seen)
        row = await fetch(tx.connection, principal, kind, before["id"])
        return Answer(row["data"], version=row["version"], subjects=(row["id"],))

    return await once(request, principal, act)


async def past(request: Request, principal: Principal, kind: Kind, key: Key, place: Steps) -> Response:
    """Show a page of the history of one."""
    row = await fetch(core(request).database.pool, principal, kind, key)
    return await kind.history.answer(request, principal, place, row["id"])


async def people(request: Request, principal: Principal, drafts: Sequence[Draft]) -> People:
    """Find the customers of drafts, before any transaction."""
    return await recognised(core(request).database.pool, customers(request), principal, drafts)


def _new(kind: Kind, draft: Draft, shown: object) -> Answer | None:
    """Answer with a new record, if there is one."""
    if shown is None or draft.record_id is None:
        return None
    return _made(kind, draft.record_id, shown, 1, 201)


def _made(kind: Kind, record_id: UUID, shown: object, version: int, status: int) -> Answer:
    location = kind.location(record_id) if status == 201 else None
    return Answer(shown, status, version, location, (record_id,))


def counted(decision: Decision) -> dict[str, Any]:
    """Return what the caller is told of each row, and how many had which outcome."""
    counts = Counter(result.outcome for result in decision.results)
    return {
        "results": results(decision),
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
    }


def results(decision: Decision) -> list[dict[str, Any]]:
    """Return what the caller is told of each row."""
    return [_result(index, result) for index, result in enumerate(decision.results)]


def _result(index: int, result: Result) -> dict[str, Any]:
    held = result.held
    return {
        "index": index,
        "outcome": result.outcome,
        "id": held and str(held.id),
        "version": result.version or (held and held.version),
        "matched": held and held.who and held.who.matched,
        "problem": result.problem and as_row_problem(result.problem),
    }
