"""What callers send and get about payments."""

from typing import Any
from uuid import UUID

from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Amount, Code, Currency, Instant, MoneyRead, example

EXAMPLE: dict[str, Any] = {
    "order": {"system": "erp", "id": "SO-1"},
    "source": {"system": "erp", "id": "P-1"},
    "paid_at": "2026-03-02T08:00:00Z",
    "amount": "29.33",
    "currency": "CNY",
    "method": "transfer",
}


class PaymentCreate(RecordCreate):
    """Money paid, or with a negative amount paid back; names its customer, its order, or both."""

    model_config = example(**EXAMPLE)

    customer: Reference | None = None
    order: Reference | None = None
    paid_at: Instant
    amount: Amount
    currency: Currency
    method: Code | None = None


class PaymentRead(FactRead):
    """Money that a customer paid or got back."""

    order_id: UUID | None
    paid_at: Instant
    amount: MoneyRead
    method: str | None
