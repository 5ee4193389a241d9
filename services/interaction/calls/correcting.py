"""What an agent says of a call: its disposition, and whose it is; both hold against the telephone system."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.interaction.calls import locking
from services.interaction.calls.actions import event_row, store, totals
from services.interaction.calls.drafts import Held
from services.interaction.calls.folding import Event, EventType
from services.interaction.calls.kind import CALLS
from services.interaction.calls.queries import ADD, SOURCE
from services.interaction.identities.actions import settle
from services.interaction.identities.people import Key, Known, People
from services.interaction.records.actions import UnknownCustomer
from shared.database import Transaction
from shared.errors import NotFound
from shared.ids import uuid7
from web.etag import Condition


@dataclass(frozen=True, slots=True)
class Correction:
    """A patch of the call `id` by somebody who sees it; `whose` is the customer that it names, if any."""

    id: UUID
    patch: Mapping[str, Any]
    seen: Condition
    whose: tuple[Key, People] | None
    country: str


async def correct(tx: Transaction, given: Correction) -> None:
    """Apply a patch; one that changes nothing leaves the call as it is."""
    patch = given.patch
    source = await SOURCE.one(tx.connection, id=given.id)
    if source is None:
        raise NotFound
    await locking.lock(tx.connection, [(source["source_system"], source["source_id"])])
    held = (await locking.held(tx.connection, [given.id]))[given.id]
    told = {"customer_id" if name == "customer" else name: value for name, value in patch.items()}
    await CALLS.history.check(tx.connection, held.id, held.version, seen=given.seen, patch=told)
    who = await _who(tx, held, given.whose) if "customer" in patch else held.who
    if "disposition" in patch and patch["disposition"] != held.values["disposition"]:
        said = {"disposition": patch["disposition"]}
        event = Event(f"hand:{uuid7()}", EventType.NOTED, tx.at, None, said, by_hand=True)
        await ADD.all(tx.connection, rows=[event_row(tx, held.id, event)])
    values = (await totals(tx.connection, [held.id], given.country))[held.id].values
    by_what = "agent" if "customer" in patch else held.values["matched_by"]
    now = Held(held.id, held.version, held.source, {**values, "matched_by": by_what}, who)
    await store(tx, {held.id: now}, {held.id: held})


async def _who(tx: Transaction, held: Held, whose: tuple[Key, People] | None) -> Known:
    """Return whose the call is from now on: nobody's that is known when the patch takes its customer away."""
    if whose is None:
        if not held.who.matched:
            return held.who
        key: UUID = uuid7()
        return (await settle(tx, People(strangers={key})))[key]
    key_, people = whose
    who = (await settle(tx, people)).get(key_)
    if who is None or who.deleted or not who.seen_by(tx.principal):
        raise UnknownCustomer
    return held.who if who.current_id == held.who.current_id else who
