"""How the merged feed answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.schemas import Read


class ThinChangeRead(Read):
    """A change as a CloudEvents 1.0 event; `removed`: the subject is no longer visible to you."""

    specversion: str
    id: str
    source: str
    type: str
    subject: UUID
    time: datetime
    version: int
    changed: list[str]
    origin: str | None
    transaction: UUID | None
    removed: bool


class ChangeRead(ThinChangeRead):
    """A change with the newest state of its subject, of `data_version` ≥ `version`; not with `thin=true`.

    Null data means: gone when `deleted`, no longer visible to you when `removed`, otherwise not there yet.
    """

    data_version: int | None
    deleted: bool
    data: dict[str, Any] | None


class ChangePage(Read):
    """Changes of all services; `missing` are those that did not answer, and did not advance."""

    items: list[ChangeRead | ThinChangeRead]
    next: str
    up_to_date: bool
    missing: list[str]


class SnapshotRecord(Read):
    """The newest state of one record."""

    kind: str
    subject: UUID
    version: int
    data_version: int | None
    deleted: bool
    data: dict[str, Any] | None


class SnapshotPage(Read):
    """Records of one service after the other; changes after `cursor` are what the whole may lack."""

    items: list[SnapshotRecord]
    next: str | None
    cursor: str
