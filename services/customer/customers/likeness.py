"""Likeness as callers see it: who a customer is probably the same as, and why."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas import Read


class OnDuplicate(StrEnum):
    """What becomes of a new customer who is probably there already: no look, a word, or a refusal."""

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


class DuplicateEvidence(Read):
    """A part of a score, in bits: a field and the level at which the two agree in it."""

    field: str
    level: str
    weight: float


class DuplicateFound(Read):
    """A customer who one is like; `duplicate_id` is the pair in the queue, null if it is not there.

    `customer_id` is null where a dry run found the likeness in another row of its batch.
    """

    customer_id: UUID | None
    score: float
    probability: float = Field(ge=0, le=1)
    reasons: list[DuplicateEvidence]
    duplicate_id: UUID | None
