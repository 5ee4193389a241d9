"""What callers get about the history of a customer."""

from typing import Any
from uuid import UUID

from pydantic import Field

from shared.schemas import Instant, Read


class FieldChange(Read):
    """What a field was and what it became."""

    was: Any = Field(alias="from")
    became: Any = Field(alias="to")


class HistoryEntry(Read):
    """One change: who made it, through which system, of what; an attribute is named "attributes.colour"."""

    version: int
    at: Instant
    who: str
    source: str
    transaction: UUID
    changes: dict[str, FieldChange]
    masked: list[str] = Field(description="Changes that show neither, as you may not read personal data.")


class HistoryPage(Read):
    """Changes, newest first."""

    items: list[HistoryEntry]
    next: str | None
