"""What callers send and get about promises."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from services.interaction.identities.schemas import Reference
from services.interaction.promises.outcomes import PromiseOutcome
from services.interaction.records.schemas import FactRead, RecordCreate, RecordRead
from shared.schemas import Instant, LongText, Read, Text, example

EXAMPLE: dict[str, Any] = {
    "customer": {"system": "erp", "id": "C0001"},
    "what": "A replacement is at the door by Friday.",
    "made_at": "2026-03-02T09:30:00Z",
    "due_at": "2026-03-06T17:00:00Z",
    "keeper": "u-12",
    "source": {"system": "desk", "id": "P-17"},
}
CLAIM: dict[str, Any] = {
    "what": "Delivered within two days",
    "medium": "spring leaflet",
    "published_at": "2026-03-01T00:00:00Z",
    "due_at": "2026-06-30T00:00:00Z",
    "source": {"system": "press", "id": "2026-7"},
}


class PromiseCreate(RecordCreate):
    """A promise to a customer; names its customer, its order, or both. `keeper` has to keep it."""

    model_config = example(**EXAMPLE)

    customer: Reference | None = None
    order: Reference | None = None
    what: LongText
    made_at: Instant
    due_at: Instant
    keeper: Text | None = None
    outcome: PromiseOutcome = PromiseOutcome.OPEN
    settled_at: Instant | None = None
    note: LongText | None = None


class PromiseRead(FactRead):
    """What a customer was promised, and what became of it; `settled_at` is null while it is open."""

    order_id: UUID | None
    what: str | None
    made_at: Instant
    due_at: Instant
    keeper: str | None
    outcome: PromiseOutcome
    settled_at: Instant | None
    note: str | None


class PublicityClaimCreate(RecordCreate):
    """What publicity lets everybody expect; `due_at` is until when it has to hold."""

    model_config = example(**CLAIM)

    what: LongText
    medium: Text | None = None
    published_at: Instant
    due_at: Instant
    keeper: Text | None = None
    outcome: PromiseOutcome = PromiseOutcome.OPEN
    settled_at: Instant | None = None
    note: LongText | None = None


class PublicityClaimRead(RecordRead):
    """What publicity promised, and what became of it."""

    what: str
    medium: str | None
    published_at: Instant
    due_at: Instant
    keeper: str | None
    outcome: PromiseOutcome
    settled_at: Instant | None
    note: str | None


class DuePromise(Read):
    """An open promise; `overdue` if it should have been kept by now."""

    overdue: bool
    promise: PromiseRead


class DuePromisePage(Read):
    """Open promises, the first due first."""

    items: list[DuePromise]
    next: str | None


class PromiseGrouping(StrEnum):
    """Whose promises are counted together; `owner` and `department` are those of the customer."""

    KEEPER = "keeper"
    OWNER = "owner"
    DEPARTMENT = "department"
    CUSTOMER = "customer"


class PromiseFigures(Read):
    """How promises that were due in a window ended.

    `kept_share` is (kept + exceeded) / (kept + exceeded + broken + overdue), null where that is 0 / 0: what
    is overdue has not been kept. `key` is null where nobody is named.
    """

    key: str | None
    due: int
    kept: int
    exceeded: int
    broken: int
    withdrawn: int
    open: int
    overdue: int
    kept_share: float | None


class PromiseFiguresPage(Read):
    """Figures in the order of their keys."""

    items: list[PromiseFigures]
    next: str | None
