"""Missed calls as they are answered; calls and callers are declared by the services that tell of them."""

from typing import Any

from pydantic import Field

from shared.schemas import Read


class MissedRead(Read):
    """The last missed call of a number, how many there were since somebody talked to it, and who shares it.

    `callers` is null where nobody can be told.
    """

    call: dict[str, Any] = Field(json_schema_extra={"x-schema": "CallRead"})
    attempts: int
    callers: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "CallerMatches"})


class MissedPage(Read):
    """Missed calls that nobody has made good yet, the newest first."""

    items: list[MissedRead]
    next: str | None
