"""Writing records of any kind: one, or a batch; each row is created, updated, left alone or rejected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from asyncpg import Record as Row
from pydantic import TypeAdapter, ValidationError

from feed.write import by
from keeping.keeper import refusal
from services.interaction.identities.actions import recognise, settle
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key, People
from services.interaction.identities.queries import find as find_people
from services.interaction.identities.queries import known
from services.interaction.records.drafts import (
    NOT_THERE,
    Decision,
    Draft,
    Held,
    SourceKeyTaken,
    Written,
    decide,
    heed,
)
from services.interaction.records.kinds import Kind, link_nothing
from services.interaction.records.rehearsing import rehearsed
from services.interaction.records.schemas import BatchMode
from services.interaction.records.statements import Statements
from services.interaction.sources.queries import Claim, claim, find, look_up
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.errors import Invalid, NotFound, Problem, Unavailable
from shared.ids import uuid7
from shared.patch import merge
from shared.schemas import JsonObject
from shared.statements import Runner
from web.etag import Condition
from web.once import Again
from web.refusals import invalid

NOBODY = "No such customer, or none that you may see."
_ATTRIBUTES = TypeAdapter[object](JsonObject)


class UnknownCustomer(Invalid):
    """No such customer, or none that the principal may see."""

    code, title = "unknown_customer", "The customer is not known"

    def __init__(self) -> None:
        super().__init__(NOBODY, errors=[{"pointer": "/customer", "code": self.code, "detail": NOBODY}])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Drafts of one kind, and who their customers are as far as that could be told before writing."""

    kind: Kind
    drafts: Sequence[Draft]
    people: People
    mode: BatchMode = BatchMode.UPSERT
    dry: bool = False


@cache
def statements(kind: Kind) -> Statements:
    """Return the statements of a kind, compiled once."""
    return Statements(kind)


async def recognised(
    on: Runner, customers: Customers, principal: Principal, drafts: Sequence[Draft]
) -> People:
    """Find the customers of drafts; outside of any transaction, because it may ask the customer service."""
    keys = {draft.customer for draft in drafts if draft.customer}
    return await recognise(on, customers, keys, closely=principal.visibility is not Visibility.ALL)


async def write(tx: Transaction, wanted: Wanted) -> Decision:
    """Do what the drafts want, and tell the feed and the history; of a dry run nothing stays."""
    async with rehearsed(tx, dry=wanted.dry):
        await _link(tx, wanted)
        ids = await _locate(tx, wanted)
        held = await _held(tx, wanted, ids)
        await _heed(tx, wanted, ids - held.keys())
        await _meet(tx, wanted.drafts, held)
        decision = decide(wanted.drafts, held, wanted.mode, wanted.kind.settled)
        await _store(tx, wanted.kind, decision)
    return decision


async def fetch(on: Runner, principal: Principal, kind: Kind, key: Key) -> Row:
    """Return `id`, `version` and `data` of the record of an id or a source key; NotFound if none is seen."""
    id_ = key if isinstance(key, UUID) else (await find(on, kind.name, [key])).get(key)
    row = None if id_ is None else await statements(kind).one.one(on, principal, id=id_)
    if row is None:
        raise NotFound
    return row


async def correct(tx: Transaction, kind: Kind, record_id: UUID, draft: Draft, seen: Condition) -> None:
    """Give a record a new version with what the draft says, unless nothing changes."""
    draft.id = draft.record_id = record_id
    wanted = Wanted(kind, [draft], People(), BatchMode.UPDATE)
    await _link(tx, wanted)
    held = await _held(tx, wanted, {record_id})
    if (now := held.get(record_id)) is not None:
        patch = kind.as_told(draft.values)
        await kind.history.check(tx.connection, record_id, now.version, seen=seen, patch=patch)
        if "attributes" in draft.values:
            draft.values["attributes"] = _merged(now.values["attributes"], draft.values["attributes"])
    decision = decide([draft], held, BatchMode.UPDATE, kind.settled)
    if problem := decision.results[0].problem:
        raise problem
    await _store(tx, kind, decision)


def _merged(attributes: object, patch: object) -> object:
    """Return patched attributes; Invalid if there are more of them now than a record may have."""
    whole = {"attributes": merge(attributes, patch)}
    try:
        return _ATTRIBUTES.validate_python(whole["attributes"])
    except ValidationError as error:
        raise invalid([{**each, "loc": ("body", "attributes")} for each in error.errors()], whole) from None


async def record(tx: Transaction, wanted: Wanted) -> Any:  # noqa: ANN401 - JSON, or None
    """Make the record of a single draft in one statement; None if its source key is taken."""
    draft = wanted.drafts[0]
    await _link(tx, wanted)
    if not draft.may_create:
        return None
    row = _new_row(tx, wanted.kind, draft)
    return await statements(wanted.kind).record.to(tx.principal).value(tx.connection, **row, **by(tx))


async def record_straight(tx: Transaction, kind: Kind, draft: Draft, key: Mapping[str, object] | None) -> Any:  # noqa: ANN401 - JSON, or None
    """Make the record of a draft in a statement that is the whole transaction; None where that cannot be.

    It can for principals to whom nothing is closed, when the customer is known here and the source key is
    free. With the parameters of an Idempotency-Key the answer is kept under it.
    """
    who, principal = draft.customer, tx.principal
    open_to = principal.visibility is Visibility.ALL and principal.personal
    if who is None or not (open_to and draft.may_create and kind.link is link_nothing):
        return None
    given = {**_new_row(tx, kind, draft), **by(tx)}
    if isinstance(who, UUID):
        given["who_id"] = who
    else:
        given["who_system"], given["who_name"] = who
    if key is not None:
        given |= {**key, "key_location": kind.location(given["id"])}
    statement = statements(kind).straight(named=not isinstance(who, UUID), keyed=key is not None)
    return await statement.to(principal).value(tx.connection, **given)


def _new_row(tx: Transaction, kind: Kind, draft: Draft) -> dict[str, Any]:
    draft.record_id = uuid7()
    content = kind.settled(None, {**draft.defaults, **draft.values})
    new = Held(draft.record_id, 1, draft.source, content, draft.who)
    return _row(tx, kind, Written(new, new.values, 1, {}))


async def _link(tx: Transaction, wanted: Wanted) -> None:
    """Settle whom and what the drafts name; a draft that names what is not there is rejected."""
    whose = await settle(tx, wanted.people)
    for draft in wanted.drafts:
        draft.problem = draft.problem or refusal(tx.principal, wanted.kind.personal, draft.values)
        if draft.customer is not None and draft.problem is None:
            draft.who = whose.get(draft.customer)
            if draft.who is None or draft.who.deleted or not draft.who.seen_by(tx.principal):
                draft.problem = _unknown(wanted.people, tx.principal)
    await wanted.kind.link(tx, wanted.drafts)
    for draft in wanted.drafts:
        if wanted.kind.of_customer and draft.who is None and "customer" not in draft.missing:
            draft.missing += ("customer",)


def _unknown(people: People, principal: Principal) -> Problem:
    """Refuse a customer; only for now if the customer service might say that it is the principal's own."""
    if people.unasked and principal.visibility is not Visibility.ALL:
        return Unavailable("The customer service cannot be asked, try again.", headers={"Retry-After": "2"})
    return UnknownCustomer()


async def _locate(tx: Transaction, wanted: Wanted) -> set[UUID]:
    """Give each draft the id of its record, an old or a new one; return those that may be stored already."""
    drafts = [draft for draft in wanted.drafts if draft.problem is None]
    names = {draft.source for draft in drafts if draft.source}
    fresh = {} if wanted.mode is BatchMode.UPDATE else _claims(drafts)
    taken = await claim(tx.connection, wanted.kind.name, list(fresh.values()))
    mine = {name: each.record_id for name, each in fresh.items() if each.record_id in taken}
    found = await look_up(tx.connection, wanted.kind.name, names - mine.keys())
    heed(drafts, found, wanted.kind.dropped)
    ids = {name: each.record_id for name, each in found.items()}
    for draft in drafts:
        named = mine.get(draft.source) or ids.get(draft.source) if draft.source else uuid7()
        draft.record_id = draft.id or named
    return {draft.id for draft in drafts if draft.id} | set(ids.values())


def _claims(drafts: Sequence[Draft]) -> dict[tuple[str, str], Claim]:
    claims: dict[tuple[str, str], Claim] = {}
    for draft in drafts:
        if draft.source and draft.may_create and draft.source not in claims:
            claims[draft.source] = Claim(
                draft.source, uuid7(), None if draft.who is None else draft.who.original_id
            )
    return claims


async def _held(tx: Transaction, wanted: Wanted, ids: set[UUID]) -> dict[UUID, Held]:
    """Lock and return those of the records that are stored and that the principal may see."""
    kind, held, foreign = wanted.kind, dict[UUID, Held](), set[UUID]()
    for row in await statements(kind).held.all(tx.connection, ids=list(ids)) if ids else ():
        who = known(row) if kind.of_customer else None
        if who is None or who.seen_by(tx.principal):
            source = (row["source_system"], row["source_id"]) if row["source_id"] is not None else None
            held[row["id"]] = Held(row["id"], row["version"], source, kind.held(row), who)
        else:
            foreign.add(row["id"])
    for draft in wanted.drafts if foreign else ():
        if draft.problem is None and draft.record_id in foreign:
            draft.problem = NotFound(NOT_THERE) if draft.id else SourceKeyTaken()
    return held


async def _meet(tx: Transaction, drafts: Iterable[Draft], held: Mapping[UUID, Held]) -> None:
    """Look again, at one moment, whom a draft and its record mean that seem to be of two customers.

    Whom the draft means was found out before the transaction: one may have turned out to be the other since.
    """
    apart = [
        (draft, record)
        for draft in drafts
        if draft.record_id is not None and (record := held.get(draft.record_id)) is not None
        if draft.who and record.who and draft.who.current_id != record.who.current_id
    ]
    if apart:
        now = await find_people(
            tx.connection, {of.who.original_id for pair in apart for of in pair if of.who is not None}
        )
        for of in (of for pair in apart for of in pair):
            of.who = of.who and now.get(of.who.original_id, of.who)


async def _heed(tx: Transaction, wanted: Wanted, gone: set[UUID]) -> None:
    """Refuse drafts whose record was deleted while they waited for it: its name is no reserved one."""
    drafts = [draft for draft in wanted.drafts if draft.problem is None and draft.record_id in gone]
    names = {draft.source for draft in drafts if draft.source}
    heed(drafts, await look_up(tx.connection, wanted.kind.name, names), wanted.kind.dropped)


async def _store(tx: Transaction, kind: Kind, decision: Decision) -> None:
    if decision.created:
        rows = [_row(tx, kind, each) for each in decision.created]
        if await statements(kind).create.value(tx.connection, rows=rows, **by(tx)) != len(rows):
            raise Again  # another writer has just made a record whose id was reserved
    for turn in _turns(decision.changed):
        rows = [_row(tx, kind, each) for each in turn]
        await statements(kind).change.value(tx.connection, rows=rows, **by(tx))


def _turns(changed: Sequence[Written]) -> list[list[Written]]:
    """Part the changes so that a record changes once in each part, and in order."""
    turns: list[dict[UUID, Written]] = []
    for each in changed:
        turn = next((turn for turn in turns if each.record.id not in turn), None)
        if turn is None:
            turns.append(turn := {})
        turn[each.record.id] = each
    return [list(turn.values()) for turn in turns]


def _row(tx: Transaction, kind: Kind, written: Written) -> dict[str, Any]:
    record, who = written.record, written.record.who
    system, source_id = record.source or (None, None)
    return {
        **written.values,
        "owner_before": who and who.owner,
        "department_before": who and who.department,
        "id": record.id,
        "customer_id": who and who.original_id,
        "version": written.version,
        "source_system": system,
        "source_id": source_id,
        "recorded_by": tx.principal.id,
        "created_at": tx.at,
        "updated_at": tx.at,
        "diff": kind.as_told(written.diff),
    }
