"""What callers send and get about any kind of record: batches, their rows and their results."""

from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field, WrapValidator

from shared.schemas import Body, Flag, Instant, JsonObject, Read, SourceKey, Whole
from streams.schemas import StreamResult

MAX_ROWS = 1_000
Row = TypeVar("Row", bound="RecordRow")
Shown = TypeVar("Shown", bound="RecordRead")
AsGiven = Annotated[Row, WrapValidator(lambda given, _: given)]  # described here, judged one by one


class BatchMode(StrEnum):
    """What a batch may do with a row: create when unknown, update when known, or either."""

    UPSERT = "upsert"
    CREATE = "create"
    UPDATE = "update"


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RecordCreate(Body):
    """What a new record of any kind may carry."""

    source: SourceKey | None = None
    source_updated_at: Instant | None = Field(
        default=None,
        description="When the source last changed it. A row that says so is the whole record as it was then; "
        "one that is older than what is known changes nothing.",
    )
    attributes: JsonObject = Field(default_factory=dict)


class RecordRow(RecordCreate):
    """One row of a batch: matched by `id` or by `source`; a row with neither is new."""

    id: UUID | None = None
    if_version: Whole | None = Field(default=None, ge=1, le=2**31 - 1)


class Batch(Body, Generic[Row]):
    """Up to a thousand rows, each judged on its own."""

    mode: BatchMode = BatchMode.UPSERT
    dry_run: Flag = False
    items: list[AsGiven[Row]] = Field(min_length=1, max_length=MAX_ROWS)


class RecordRead(Read):
    """What every record carries."""

    id: UUID
    version: int
    source: SourceKey | None
    attributes: dict[str, Any]
    created_at: Instant
    updated_at: Instant
    source_updated_at: Instant | None


class FactRead(RecordRead):
    """What every record about a customer carries.

    `customer_id` is the id under which it arrived and never changes; `current_customer_id` is the customer
    that this id means now, and `matched` is false as long as the customer service knows nobody by it.
    """

    customer_id: UUID
    current_customer_id: UUID
    matched: bool
    recorded_by: str
    attributes: dict[str, Any] | None  # type: ignore[assignment]  # null where it is masked
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class RecordPage(Read, Generic[Shown]):
    """A page of a list."""

    items: list[Shown]
    next: str | None


class RowResult(Read):
    """What became of one row; `matched` is null where no customer is involved."""

    index: int
    outcome: Outcome
    id: UUID | None
    version: int | None
    matched: bool | None
    problem: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "Problem"})


class BatchCounts(Read):
    """How many rows had which outcome."""

    created: int
    updated: int
    unchanged: int
    rejected: int


class RecordStreamResult(StreamResult):
    """What became of the record in one line; `matched` is null where no customer is involved."""

    matched: bool | None


class BatchResults(Read):
    """The result of each row, in the order of the request."""

    results: list[RowResult]
    counts: BatchCounts
