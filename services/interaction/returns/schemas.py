"""What callers send and get about returns."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.orders.lines import OrderLineRead, OrderLines
from services.interaction.records.schemas import (
    MAX_ROWS,
    AsGiven,
    Batch,
    FactRead,
    RecordCreate,
    RecordRow,
    partial,
)
from shared.schemas import Currency, Instant, MoneyRead, Read, Text, example

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
    lines: OrderLines


@partial
class ReturnRow(RecordRow, ReturnCreate):
    """One row of a batch of returns; what an existing one keeps may be left out, lines are replaced whole."""


class ReturnBatch(Batch):
    """Returns to record together."""

    model_config = example(mode="upsert", items=[EXAMPLE])

    items: list[AsGiven[ReturnRow]] = Field(min_length=1, max_length=MAX_ROWS)


class ReturnRead(FactRead):
    """Goods that came back; `total` is the sum of the lines' amounts."""

    order_id: UUID | None
    returned_at: Instant
    currency: Currency
    reason: str | None
    lines: list[OrderLineRead]
    total: MoneyRead


class ReturnPage(Read):
    """Returns, the last recorded first."""

    items: list[ReturnRead]
    next: str | None
