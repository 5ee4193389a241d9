"""What is known after a run: what was asked for, what is stored, what was told, what the copies hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID


class Outcome(StrEnum):
    """What a writer knows of what it asked for."""

    OK = "ok"
    FAILED = "failed"  # refused: it has no effect
    UNKNOWN = "unknown"  # no answer came, or none that tells


class Claim(NamedTuple):
    """One effect that an operation asked for; its label stands in the history of the record."""

    label: str | None
    outcome: Outcome
    subject: UUID | None = None
    version: int | None = None  # of the record after the effect, as acknowledged
    counts: bool = False  # whether it raises the record's counter


@dataclass(slots=True)
class Operation:
    """One request, repeated until its writer gave up or knew; times in seconds of one clock."""

    key: str
    kind: str
    began: float
    ended: float = 0.0
    outcome: Outcome = Outcome.UNKNOWN
    claims: Sequence[Claim] = ()


class Change(NamedTuple):
    """A row of a source's history; `count` is the record's counter after it, where it was changed."""

    subject: UUID
    version: int
    label: str | None = None
    gone: bool = False
    count: int | None = None


class Entry(NamedTuple):
    """An entry of a feed as a reader got it."""

    position: int
    kind: str
    subject: UUID
    version: int


class State(NamedTuple):
    """A record; one that is deleted has no data."""

    version: int
    data: Any


class Copy(NamedTuple):
    """What a consumer holds, and what it should."""

    held: Mapping[Any, State]
    due: Mapping[Any, State]


class Look(NamedTuple):
    """A read: `floor` was acknowledged before it began; version None is 404; `gone`: a delete was."""

    subject: UUID
    floor: int
    gone: bool
    version: int | None


class Refusal(NamedTuple):
    """What a cursor was answered that cannot be followed."""

    cursor: str
    status: int


@dataclass(slots=True)
class Evidence:
    """All of it; histories, feeds and heads by source."""

    operations: Sequence[Operation] = ()
    history: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    told: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    again: Mapping[str, Sequence[Entry]] = field(default_factory=dict)  # what a later reader got
    heads: Mapping[str, int] = field(default_factory=dict)
    source: Mapping[UUID, State] = field(default_factory=dict)
    copies: Mapping[str, Copy] = field(default_factory=dict)
    looks: Sequence[Look] = ()
    refusals: Sequence[Refusal] = ()

    def claims(self, *outcomes: Outcome) -> Iterator[Claim]:
        """Give the claims with these outcomes, or all."""
        every = chain.from_iterable(operation.claims for operation in self.operations)
        return (claim for claim in every if not outcomes or claim.outcome in outcomes)

    def changes(self) -> Iterator[Change]:
        """Give the rows of all histories."""
        return chain.from_iterable(self.history.values())
