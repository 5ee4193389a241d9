"""What callers send and get about orders."""

from typing import Any

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.orders.corrections import LineChange
from services.interaction.orders.lines import OrderLineRead, OrderLines
from services.interaction.orders.statuses import OrderStatus, Step
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Currency, Instant, MoneyRead, Read, Text, example

EXAMPLE: dict[str, Any] = {
    "customer": {"system": "erp", "id": "C0001"},
    "source": {"system": "erp", "id": "SO-1"},
    "placed_at": "2026-03-01T09:45:00Z",
    "currency": "CNY",
    "status": "confirmed",
    "lines": [{"quantity": "2", "amount": "29.33", "cost": "20.10"}],
}


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


class StatusCorrection(Read):
    """The status before and after."""

    was: OrderStatus = Field(alias="from")
    became: OrderStatus = Field(alias="to")


class TextCorrection(Read):
    """An amount or a currency before and after."""

    was: str = Field(alias="from")
    became: str = Field(alias="to")


class LineCorrection(Read):
    """A line before and after; null where there was none, or is none any more."""

    line: int
    change: LineChange
    was: OrderLineRead | None = Field(alias="from")
    became: OrderLineRead | None = Field(alias="to")


class OrderCorrection(Read):
    """What a later version of an order corrected: by whom, and from what to what; null is unchanged.

    `fields` names all that it changed, what is told here in detail and the rest.
    """

    version: int
    at: Instant
    who: str
    source: str
    step: Step | None
    status: StatusCorrection | None
    currency: TextCorrection | None
    total: TextCorrection | None
    lines: list[LineCorrection]
    fields: list[str]


class OrderCorrections(Read):
    """Corrections of an order, the newest first."""

    items: list[OrderCorrection]
    next: str | None
