"""What callers send and get about orders."""

from enum import StrEnum

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
from shared.schemas import Currency, Instant, MoneyRead, Read, Text


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

    customer: Reference
    placed_at: Instant
    currency: Currency
    status: OrderStatus = OrderStatus.CONFIRMED
    region: Text | None = None
    salesperson: Text | None = None
    department: Text | None = None
    lines: OrderLines


@partial
class OrderRow(RecordRow, OrderCreate):
    """One row of a batch of orders; what an existing one keeps may be left out, lines are replaced whole."""


class OrderBatch(Batch):
    """Orders to record together."""

    items: list[AsGiven[OrderRow]] = Field(min_length=1, max_length=MAX_ROWS)


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


class OrderPage(Read):
    """Orders, the last recorded first."""

    items: list[OrderRead]
    next: str | None
