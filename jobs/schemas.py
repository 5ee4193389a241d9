"""Jobs as callers see them."""

from typing import Any
from uuid import UUID

from pydantic import Field

from jobs.tables import JobStatus
from shared.schemas import Instant, Read


class JobRead(Read):
    """A job; `counts` is what it has found so far, `error` says why it failed.

    `attempts` is more than one when workers died over it since it last got on.
    """

    id: UUID
    version: int
    status: JobStatus
    progress: float = Field(ge=0, le=1)
    parameters: dict[str, Any]
    counts: dict[str, Any]
    error: str | None
    requested_by: str
    requested_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    attempts: int
