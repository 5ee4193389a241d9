"""What callers send and get about credit notes."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.orders.lines import MAX_LINES, ReturnLine, ReturnLineRead
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Amount, Currency, Instant, MoneyRead, Text, example

EXAMPLE: dict[str, Any] = {
    "order": {"system": "erp", "id": "SO-1"},
    "source": {"system": "erp", "id": "CN-1"},
    "issued_at": "2026-03-10T10:00:00Z",
    "amount": "14.67",
    "currency": "CNY",
    "reason": "broken",
}


class CreditStatus(StrEnum):
    """Whether a credit note holds."""

    ISSUED = "issued"
    CANCELLED = "cancelled"


class CreditNoteCreate(RecordCreate):
    """Money credited, in a positive amount; names its customer, its order, the return it is for, or several.

    The amounts of lines, where there are any, add up to the amount.
    """

    model_config = example(**EXAMPLE)

    customer: Reference | None = None
    order: Reference | None = None
    for_return: Reference | None = None
    issued_at: Instant
    amount: Amount
    currency: Currency
    status: CreditStatus = CreditStatus.ISSUED
    reason: Text | None = None
    lines: Annotated[list[ReturnLine], Field(max_length=MAX_LINES)] = Field(default_factory=list)


class CreditNoteRead(FactRead):
    """Money credited; with `return_id` it stands in for what that return took back."""

    order_id: UUID | None
    return_id: UUID | None
    issued_at: Instant
    amount: MoneyRead
    status: CreditStatus
    reason: str | None
    lines: list[ReturnLineRead]
