"""Drafts: what each row of a request wants, and deciding what becomes of it. Pure: no clock, no database."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.interaction.identities.people import Key, Known, Name
from services.interaction.records.schemas import BatchMode, Outcome
from services.interaction.sources.models import Found, Retired
from shared.diff import changes
from shared.errors import Conflict, FieldError, Gone, Invalid, NotFound, PreconditionFailed, Problem

NOT_THERE = "There is no such record to change."
Columns = dict[str, Any]
# Gets the content before a write (None: a new record) and after it; returns all that is to be kept, or
# raises a Problem for what makes no record.
Settle = Callable[[Columns | None, Columns], Columns]


class SourceKeyTaken(Conflict):
    """A source key names a record with another content."""

    code, title = "source_key_taken", "The source key belongs to a record with another content"


class OtherCustomer(Conflict):
    """A record stays with the customer under whom it arrived."""

    code, title = "other_customer", "The record belongs to another customer"


class RecordRetired(Gone):
    """A source sends again what a rule of retention has deleted."""

    code, title = "record_retired", "The record was deleted when its time was over"
    says = "It is not taken again: its source key stays used."


class LinkFixed(Invalid):
    """A correction names what a record keeps for good: its customer, its order or its source key."""

    code, title = "link_fixed", "A record keeps its customer, its order and its source key"
    says = "Cancel the record and record it anew."


class Incomplete(Invalid):
    """A new record lacks something."""

    code, title = "incomplete", "A new record lacks required fields"


@dataclass(slots=True)
class Draft:
    """One row: `values` are the columns that it gives, `defaults` those of a new record that says no more.

    `named`: its source names the customer. One who was only found, by a number or an address, may be another
    one when the row comes again.
    """

    index: int
    values: dict[str, Any]
    defaults: dict[str, Any]
    missing: tuple[str, ...] = ()
    id: UUID | None = None
    source: Name | None = None
    if_version: int | None = None
    customer: Key | None = None
    order: Key | None = None
    named: bool = True
    who: Known | None = None
    record_id: UUID | None = None
    problem: Problem | None = None

    @property
    def may_create(self) -> bool:
        """Whether the row says all that a new record needs, and does not ask for one that exists."""
        return not (self.missing or self.problem or self.id or self.if_version)


@dataclass(slots=True)
class Held:
    """A record as it is now: stored, or as earlier rows of the batch have left it."""

    id: UUID
    version: int
    source: Name | None
    values: dict[str, Any]
    who: Known | None


@dataclass(frozen=True, slots=True)
class Written:
    """One write that a row leads to; `diff` is empty for a new record."""

    record: Held
    values: dict[str, Any]
    version: int
    diff: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row."""

    outcome: Outcome
    held: Held | None = None
    version: int | None = None
    problem: Problem | None = None


@dataclass(slots=True)
class Decision:
    """The result of each draft, the records to make, and the changes to make in order after that."""

    results: list[Result] = field(default_factory=list)
    created: list[Written] = field(default_factory=list)
    changed: list[Written] = field(default_factory=list)


def as_given(_: Columns | None, after: Columns) -> Columns:
    """Keep a content from which nothing follows."""
    return after


def heed(drafts: Iterable[Draft], found: Mapping[Name, Found], dropped: Collection[str]) -> None:
    """Refuse drafts of records that were deleted; take from those that were stripped what was dropped."""
    for draft in drafts:
        there = found.get(draft.source) if draft.source else None
        what = None if there is None else there.retired
        if what == Retired.DELETED:
            draft.problem = RecordRetired()
        elif what == Retired.STRIPPED:
            draft.values = {name: value for name, value in draft.values.items() if name not in dropped}
            draft.defaults = {name: value for name, value in draft.defaults.items() if name not in dropped}


def decide(
    drafts: Sequence[Draft], held: Mapping[UUID, Held], mode: BatchMode, settle: Settle = as_given
) -> Decision:
    """Judge rows in order against the records they name; a row sees what the rows before it did."""
    decision, now = Decision(), dict(held)
    for draft in drafts:
        record = now.get(draft.record_id) if draft.record_id else None
        try:
            if draft.problem is not None:
                raise draft.problem
            if record is None:
                result = _new(draft, now, decision, mode, settle)
            else:
                result = _again(draft, record, decision, mode, settle)
        except Problem as problem:
            result = Result(Outcome.REJECTED, record if draft.problem is None else None, problem=problem)
        decision.results.append(result)
    return decision


def _new(draft: Draft, now: dict[UUID, Held], decision: Decision, mode: BatchMode, settle: Settle) -> Result:
    if mode is BatchMode.UPDATE or draft.id or draft.if_version:
        raise NotFound(NOT_THERE)
    if draft.missing or draft.record_id is None:
        raise Incomplete(errors=_missing(draft.missing))
    content = settle(None, {**draft.defaults, **draft.values})
    record = Held(draft.record_id, 1, draft.source, content, draft.who)
    now[record.id] = record
    decision.created.append(Written(record, dict(record.values), 1, {}))
    return Result(Outcome.CREATED, record, 1)


def _again(draft: Draft, record: Held, decision: Decision, mode: BatchMode, settle: Settle) -> Result:
    if draft.if_version and draft.if_version != record.version:
        raise PreconditionFailed("The record has another version.", current_version=record.version)
    if draft.source and draft.source != record.source:
        raise SourceKeyTaken("The record has another source key.")
    if draft.named and draft.who and record.who and draft.who.current_id != record.who.current_id:
        raise OtherCustomer("A record is not moved; cancel it and record it anew.")
    timed = _when(draft)
    if timed is not None and (known := record.values.get("source_updated_at")) is not None and timed < known:
        return Result(Outcome.UNCHANGED, record, record.version)
    if timed is not None and draft.missing:
        raise Incomplete(errors=_missing(draft.missing))
    strict = mode is BatchMode.CREATE
    wanted = {**draft.defaults, **draft.values} if strict or timed is not None else draft.values
    content = settle(record.values, {**record.values, **wanted})
    diff = changes(record.values, content)
    if not diff:
        return Result(Outcome.UNCHANGED, record, record.version)
    if strict:
        raise SourceKeyTaken("Use a batch in the mode upsert to change a record.", changed=sorted(diff))
    record.version += 1
    record.values = content
    decision.changed.append(Written(record, dict(record.values), record.version, diff))
    return Result(Outcome.UPDATED, record, record.version)


def _when(draft: Draft) -> datetime | None:
    """Return as of when a row says the whole record: only a source does; who names an id corrects it."""
    return draft.values.get("source_updated_at") if draft.source is not None else None


def _missing(names: Iterable[str]) -> list[FieldError]:
    return [{"pointer": f"/{name}", "code": "missing", "detail": "Field required"} for name in names]
