"""The lines of answers: what became of each row, and the last lines, which say that nothing was cut."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.schemas import Read


class RowStatus(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RowError(Read):
    """One thing wrong with a row: a JSON `pointer` into it, "" for the whole row."""

    pointer: str
    code: str
    detail: str


class StreamResult(Read):
    """What became of the row in one line of the body, by its number from 1; blank lines count."""

    line: int
    status: RowStatus
    id: UUID | None
    version: int | None
    errors: list[RowError]


class StreamCounts(Read):
    """The last line of what became of a stream: how many rows there were, and what became of them."""

    lines: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    complete: Literal[True]


class StreamEnd(Read):
    """The last line of a stream of records: how many came before it."""

    complete: Literal[True]
    count: int
