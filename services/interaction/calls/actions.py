"""Taking events in, adding calls up anew, and what agents say of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from feed.write import by
from keeping.keeper import refusal
from services.interaction.calls import locking
from services.interaction.calls.drafts import (
    PERSONAL,
    EventKeyTaken,
    Held,
    Said,
    Sum,
    Whose,
    add_up,
    stored,
    stranger,
    written_number,
)
from services.interaction.calls.folding import Event
from services.interaction.calls.kind import CALLS
from services.interaction.calls.queries import ADD, CHANGE, EVENTS, KNOWN
from services.interaction.identities.actions import recognise, settle
from services.interaction.identities.asking import Customers, Point
from services.interaction.identities.people import Key, Known, Name, People
from services.interaction.identities.queries import find
from services.interaction.records.actions import UnknownCustomer, statements
from services.interaction.records.drafts import RecordRetired
from services.interaction.records.schemas import Outcome
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.diff import changes
from shared.ids import uuid7
from shared.statements import Runner


@dataclass(slots=True)
class Wanted:
    """Events to take, and who they are about as far as that could be told before writing."""

    said: Sequence[Said]
    country: str
    free: set[Name] = field(default_factory=set)  # names that no call had then
    people: People = field(default_factory=People)
    reached: dict[str, UUID] = field(default_factory=dict)


async def prepare(
    on: Runner, customers: Customers, principal: Principal, said: Sequence[Said], country: str
) -> Wanted:
    """Find out whom events are about; outside of any transaction, as it may ask the customer service."""
    wanted, numbers, keys = Wanted(said, country), dict[Point, str](), set[Key]()
    names = {each.name for each in said if each.event}
    rows = await KNOWN.all(on, **_apart(names))
    known = {(row["system"], row["source_id"]): row for row in rows}
    wanted.free = names - known.keys()
    for name, events in _by_call(said).items():
        total, row = add_up(events, country), known.get(name)
        keys |= {total.customer} if total.customer else set()
        number, written = total.values["number"], written_number(total)
        if row is not None and (number is None or number == row["number"]):
            if row["matched"] or row["matched_by"]:
                continue
            number, written = row["number"], row["number"]
        if number is not None and written is not None:
            numbers[Point("phone", written, total.country)] = number
    told = await customers.holders(numbers) or {}
    alone = {point: holders[0] for point, holders in told.items() if len(holders) == 1}
    wanted.reached = {numbers[point]: one.customer_id for point, one in alone.items() if one.sure}
    closely = principal.visibility is not Visibility.ALL
    wanted.people = await recognise(on, customers, keys | set(wanted.reached.values()), closely=closely)
    return wanted


async def take(tx: Transaction, wanted: Wanted) -> None:
    """Add what is new to the events of each call, and keep what they add up to; tells each its outcome."""
    whose = Whose(await settle(tx, wanted.people), wanted.reached)
    for each in wanted.said:
        each.problem = each.problem or refusal(tx.principal, PERSONAL, each.fields) or _unknown(each, whose)
    ids, new = await locking.lock(tx.connection, _names(wanted.said), wanted.free)
    for each in wanted.said:
        if each.problem is None and each.name not in ids:
            each.problem = RecordRetired()
    held = await locking.held(tx.connection, set(ids.values()) - new)
    _refuse_foreign(tx, wanted, whose, {name: held.get(id_) for name, id_ in ids.items()})
    taken = [each for each in wanted.said if each.problem is None]
    rows = [_row(tx, each, ids[each.name]) for each in taken]
    added = {row["id"]: row["received_at"] for row in await ADD.all(tx.connection, rows=rows)}
    fresh = {row["call_id"] for row in rows if row["id"] in added}
    events = await _events(tx.connection, {row["call_id"] for row in rows} - new)
    for each, row in zip(taken, rows, strict=True):
        if row["id"] in added and row["call_id"] in new and each.event is not None:
            events[row["call_id"]].append(each.event)
    sums = {name: (id_, add_up(events[id_], wanted.country)) for name, id_ in ids.items() if id_ in fresh}
    now = {**held, **await keep(tx, sums, held, whose)}
    for each, row in zip(taken, rows, strict=True):
        each.received = (row["id"], added[row["id"]]) if row["id"] in added else None
        _judge(each, events=events[row["call_id"]])
        each.call = now.get(row["call_id"])


async def keep(
    tx: Transaction, sums: Mapping[Name, tuple[UUID, Sum]], held: Mapping[UUID, Held], whose: Whose
) -> dict[UUID, Held]:
    """Keep what the events of locked calls add up to; return those of them that changed, as they are now."""
    named = {total.customer for _, total in sums.values() if total.customer} - whose.people.keys()
    whose.people |= await find(tx.connection, named)
    owners = {id_: whose.of(total, held.get(id_)) for id_, total in sums.values()}
    strangers = {id_: stranger(total, uuid7()) for id_, total in sums.values() if owners[id_][0] is None}
    made = await settle(tx, People(strangers=set(strangers.values()))) if strangers else {}
    changed = {}
    for name, (id_, total) in sums.items():
        known, by_what = owners[id_]
        who = known or made[strangers[id_]]
        by_what = by_what or ("number" if who.matched else None)
        changed[id_] = Held(id_, 1, name, {**total.values, "matched_by": by_what}, who)
    return await store(tx, changed, held)


async def store(tx: Transaction, changed: Mapping[UUID, Held], held: Mapping[UUID, Held]) -> dict[UUID, Held]:
    """Write locked calls as they are now, where they differ from what is held, and tell the feed."""
    new, old = [], []
    for id_, now in changed.items():
        before = held.get(id_)
        if before is None:
            new.append(_call(tx, now, now.who, {}))
            continue
        diff = changes(_told(before), _told(now))
        now.version = before.version + bool(diff)
        if diff:
            old.append(_call(tx, now, before.who, diff))
    if new:
        await statements(CALLS).create.value(tx.connection, rows=new, **by(tx))
    if old:
        await CHANGE.value(tx.connection, rows=old, **by(tx))
    return dict(changed)


def _told(call: Held) -> dict[str, Any]:
    """Return what the history of a call tells of."""
    return {**call.values, "customer_id": str(call.who.original_id)}


def _call(tx: Transaction, call: Held, before: Known, diff: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **call.values,
        "id": call.id,
        "customer_id": call.who.original_id,
        "customer_before": before.original_id,
        "owner_before": before.owner,
        "department_before": before.department,
        "version": call.version,
        "source_system": call.source[0],
        "source_id": call.source[1],
        "recorded_by": tx.principal.id,
        "created_at": tx.at,
        "updated_at": tx.at,
        "diff": diff,
    }


def _row(tx: Transaction, said: Said, call_id: UUID) -> dict[str, Any]:
    return event_row(tx, call_id, said.event) if said.event else {}


def event_row(tx: Transaction, call_id: UUID, event: Event) -> dict[str, Any]:
    """Return an event as it is kept."""
    told = {"key": event.key, "type": event.type, "occurred_at": event.at, "sequence": event.sequence}
    who = {"said": event.said, "by_hand": event.by_hand, "recorded_by": tx.principal.id}
    return {"id": uuid7(), "call_id": call_id, **told, **who}


async def totals(on: Runner, ids: Collection[UUID], country: str) -> dict[UUID, Sum]:
    """Return what the events of calls add up to."""
    return {id_: add_up(events, country) for id_, events in (await _events(on, ids)).items()}


async def _events(on: Runner, ids: Collection[UUID]) -> defaultdict[UUID, list[Event]]:
    found = defaultdict[UUID, list[Event]](list)
    for row in await EVENTS.all(on, ids=list(ids)) if ids else ():
        found[row["call_id"]].append(stored(dict(row)))
    return found


def _judge(said: Said, events: Sequence[Event]) -> None:
    """Say what became of an event: taken, there already, or refused because another one has its name."""
    if said.received is not None:
        said.outcome = Outcome.CREATED
    elif said.event in events:
        said.outcome = Outcome.UNCHANGED
    else:
        said.problem = EventKeyTaken()


def _refuse_foreign(tx: Transaction, wanted: Wanted, whose: Whose, calls: Mapping[Name, Held | None]) -> None:
    """Refuse what is not about a customer whom the principal sees, be it foreign or absent."""
    for name, events in (
        _by_call(wanted.said).items() if tx.principal.visibility is not Visibility.ALL else ()
    ):
        call = calls.get(name)
        total = add_up(events, wanted.country)
        who = call.who if call is not None else whose.of(total, None)[0]
        if who is None or not who.seen_by(tx.principal):
            problem = UnknownCustomer()
            for each in wanted.said:
                each.problem = each.problem or (problem if each.name == name else None)


def _unknown(said: Said, whose: Whose) -> UnknownCustomer | None:
    """Refuse an event that names a customer whom nobody knows."""
    if said.event is None or said.customer is None or whose.there(said.customer) is not None:
        return None
    return UnknownCustomer()


def _by_call(said: Sequence[Said]) -> dict[Name, list[Event]]:
    found: dict[Name, list[Event]] = {}
    for each in said:
        if each.event is not None:
            found.setdefault(each.name, []).append(each.event)
    return found


def _names(said: Sequence[Said]) -> set[Name]:
    return {each.name for each in said if each.event is not None and each.problem is None}


def _apart(names: Collection[Name]) -> dict[str, list[str]]:
    return {"systems": [system for system, _ in names], "names": [name for _, name in names]}
