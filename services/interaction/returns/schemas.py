"""What callers send and get about returns."""

from typing import Any
from uuid import UUID

from services.interaction.identities.schemas import Reference
from services.interaction.orders.lines import ReturnLineRead, ReturnLines
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Currency, Instant, MoneyRead, Text, example

EXAMPLE: dict[str, Any] = {
    "order": {"system": "erp", "id": "SO-1"},
    "source": {"system": "erp", "id": "R-1"},
    "returned_at": "2026-03-09T10:00:00Z",
    "currency": "CNY",
    "reason": "broken",
    "lines": [{"quantity": "1", "amount": "14.67"}],
}


class ReturnCreate(RecordCreate):
    """Goods brought back, in positive amounts; names its customer, its order, or both."""

    model_config = example(**EXAMPLE)

    customer: Reference | None = None
    order: Reference | None = None
    returned_at: Instant
    currency: Currency
    reason: Text | None = None
    lines: ReturnLines


class ReturnRead(FactRead):
    """Goods that came back; `total` is the sum of the lines' amounts."""

    order_id: UUID | None
    returned_at: Instant
    currency: Currency
    reason: str | None
    lines: list[ReturnLineRead]
    total: MoneyRead
