"""What one request says about calls, and what becomes of each event of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.interaction.calls.folding import CallDirection, Event, EventType, fold
from services.interaction.calls.schemas import CallEventCreate
from services.interaction.correspondents.numbers import comparable
from services.interaction.identities.people import Key, Known, Name, key_of
from services.interaction.records.schemas import Outcome
from shared.errors import Conflict, Problem

SAID = ("direction", "from", "to", "country", "agent", "queue", "disposition", "recording", "customer")
PHONE = "phone"  # the system in which numbers are names
PERSONAL = frozenset(("from", "to", "recording", "attributes"))


class EventKeyTaken(Conflict):
    """An event's name belongs to another event of the same call."""

    code, title = "event_key_taken", "The call has another event of this name"


@dataclass(slots=True)
class Said:
    """One event of a request, of the call `name`; `outcome` and `call` tell what became of it.

    `received`: the id under which it is kept now, and since when; None if it was not taken.
    """

    index: int
    name: Name = ("", "")
    event: Event | None = None
    fields: frozenset[str] = frozenset()
    customer: Key | None = None
    problem: Problem | None = None
    outcome: Outcome = Outcome.REJECTED
    received: tuple[UUID, datetime] | None = None
    call: "Held | None" = None


@dataclass(slots=True)
class Held:
    """A call as it is kept: its content by column, and whose it is."""

    id: UUID
    version: int
    source: Name
    values: dict[str, Any]
    who: Known

    @property
    def settled(self) -> bool:
        """Whether nothing but a person may say any more whose call it is."""
        return bool(self.values["matched_by"] == "agent")


@dataclass(frozen=True, slots=True)
class Sum:
    """What some events add up to: columns, and whom they say it is with."""

    values: dict[str, Any]
    customer: Key | None
    country: str | None


@dataclass(slots=True)
class Whose:
    """Who references and numbers mean, as far as it is known."""

    people: dict[Key, Known] = field(default_factory=dict)
    reached: dict[str, UUID] = field(default_factory=dict)  # by comparable number

    def of(self, total: Sum, held: Held | None) -> tuple[Known | None, str | None]:
        """Return whose a call is and what says so; None: a stranger's that nobody has been given for yet."""
        number = total.values["number"]
        if held is not None and held.settled:
            return held.who, "agent"
        if (named := self.there(total.customer)) is not None:
            return named, "event"
        same = held if held is not None and held.values["number"] == number else None
        if same is not None and same.who.matched:
            return same.who, same.values["matched_by"]
        if (known := self.there(self.reached.get(number or ""))) is not None:
            return known, "number"
        return (None if same is None else same.who), None

    def there(self, key: Key | None) -> Known | None:
        """Return who a key means, if that is known and not deleted."""
        who = None if key is None else self.people.get(key)
        return None if who is None or who.deleted else who


def stranger(total: Sum, nobody: UUID) -> Key:
    """Return by what somebody unknown is known: the number, which all its calls share; else `nobody`."""
    if total.values["direction"] is CallDirection.INTERNAL:
        return PHONE, "internal"
    number = total.values["number"] or ""
    return (PHONE, number) if number.startswith("+") else nobody


def said(body: CallEventCreate, index: int = 0) -> Said:
    """Return what a validated event says."""
    given = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    told = {name: given[name] for name in SAID if name in given}
    if body.attributes:
        told["attributes"] = given["attributes"]
    event = Event(_key(body), body.type, body.occurred_at, body.sequence, told)
    customer = None if body.customer is None else key_of(body.customer)
    return Said(index, (body.call.system, body.call.id), event, frozenset(told), customer)


def add_up(events: Sequence[Event], country: str) -> Sum:
    """Return what the events of one call add up to; `country` is where we are."""
    values = fold(events)
    ordered = sorted(events, key=lambda event: event.order)
    first: Mapping[str, Any] = {k: v for event in reversed(ordered) for k, v in event.said.items()}
    other = {CallDirection.INBOUND: "from", CallDirection.OUTBOUND: "to"}.get(values["direction"], "")
    written, where = first.get(other), first.get("country")
    number = comparable(written, where or country) if written else None
    return Sum({**values, "number": number}, _key_of(first.get("customer")), where)


def stored(row: Mapping[str, Any]) -> Event:
    """Return an event that was kept."""
    type_ = EventType(row["type"])
    return Event(row["key"], type_, row["occurred_at"], row["sequence"], row["said"], row["by_hand"])


def written_number(total: Sum) -> str | None:
    """Return the other party's number as it was written."""
    inbound = total.values["direction"] is CallDirection.INBOUND
    number: str | None = total.values["from_number" if inbound else "to_number"]
    return number


def _key(body: CallEventCreate) -> str:
    if body.event_id is not None:
        return f"id:{body.event_id}"
    if body.sequence is not None:
        return f"n:{body.sequence}"
    return f"at:{body.occurred_at.isoformat()} {body.type} {body.queue or ''} {body.agent or ''}"


def _key_of(reference: Any) -> Key | None:  # noqa: ANN401 - as JSON has it
    if reference is None:
        return None
    return UUID(reference) if isinstance(reference, str) else (reference["system"], reference["id"])
