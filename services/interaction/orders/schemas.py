"""What callers send and get about orders."""

from enum import StrEnum
from typing import Any

from services.interaction.identities.schemas import Reference
from services.interaction.orders.lines import OrderLineRead, OrderLines
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Currency, Instant, MoneyRead, Text, example

EXAMPLE: dict[str, Any] = {
    "customer": {"system": "erp", "id": "C0001"},
    "source": {"system": "erp", "id": "SO-1"},
    "placed_at": "2026-03-01T09:45:00Z",
    "currency": "CNY",
    "status": "confirmed",
    "lines": [{"quantity": "2", "amount": "29.33", "cost": "20.10"}],
}


class OrderStatus(StrEnum):
    """How far an order has come."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class OrderCreate(RecordCreate):
    """A purchase with its lines; `salesperson` and `department` are those who sold it."""

    model_config = example(**EXAMPLE)

    customer: Reference
    placed_at: Instant
    currency: Currency
    status: OrderStatus = OrderStatus.CONFIRMED
    region: Text | None = None
    salesperson: Text | None = None
    department: Text | None = None
    lines: OrderLines


class OrderRead(FactRead):
    """A purchase; `total` is the sum of the lines' amounts."""

    placed_at: Instant
    currency: Currency
    status: OrderStatus
    region: str | None
    salesperson: str | None
    department: str | None
    lines: list[OrderLineRead]
    total: MoneyRead
