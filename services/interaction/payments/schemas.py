"""What callers send and get about payments."""

from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import (
    MAX_ROWS,
    AsGiven,
    Batch,
    FactRead,
    RecordCreate,
    RecordRow,
    partial,
)
from shared.schemas import Amount, Code, Currency, Instant, MoneyRead, Read


class PaymentCreate(RecordCreate):
    """Money paid, or with a negative amount paid back; names its customer, its order, or both."""

    customer: Reference | None = None
    order: Reference | None = None
    paid_at: Instant
    amount: Amount
    currency: Currency
    method: Code | None = None


@partial
class PaymentRow(RecordRow, PaymentCreate):
    """One row of a batch of payments; what an existing one keeps may be left out."""


class PaymentBatch(Batch):
    """Payments to record together."""

    items: list[AsGiven[PaymentRow]] = Field(min_length=1, max_length=MAX_ROWS)


class PaymentRead(FactRead):
    """Money that a customer paid or got back."""

    order_id: UUID | None
    paid_at: Instant
    amount: MoneyRead
    method: str | None


class PaymentPage(Read):
    """Payments, the last recorded first."""

    items: list[PaymentRead]
    next: str | None
