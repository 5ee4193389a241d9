"""What callers send and get about deliveries."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.deliveries.arrival import DeliveryStatus
from services.interaction.deliveries.fulfilment import LineState, OrderState
from services.interaction.identities.schemas import Reference
from services.interaction.orders.lines import MAX_LINES, LineNumber
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Amount, AmountRead, Body, Day, Flag, Instant, Read, SourceKey, Text, example

EXAMPLE: dict[str, Any] = {
    "order": {"system": "erp", "id": "SO-1"},
    "source": {"system": "scm", "id": "D-1"},
    "promised_on": "2026-03-05",
    "shipped_at": "2026-03-03T16:00:00Z",
    "delivered_at": "2026-03-04T09:10:00Z",
    "lines": [{"order_line": 1, "quantity": "2", "delivered": "2"}],
}


class DeliveryLine(Body):
    """What is to come, and what came: `delivered` is less where something was missing, null where all came.

    `order_line` is the number of the order's line; by `product` alone it is found where one line fits.
    """

    order_line: LineNumber | None = None
    product: Reference | None = None
    quantity: Amount
    delivered: Amount | None = None


class DeliveryCreate(RecordCreate):
    """A shipment of an order or of a part of it, its promise and its arrival as far as they are known."""

    model_config = example(**EXAMPLE)

    customer: Reference | None = None
    order: Reference
    promised_on: Day | None = None
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    cancelled: Flag = False
    carrier: Text | None = None
    tracking: Text | None = None
    lines: Annotated[list[DeliveryLine], Field(min_length=1, max_length=MAX_LINES)]


class DeliveryLineRead(Read):
    """What was to come, and what came."""

    line: int
    order_line: int | None
    product: SourceKey | None
    product_id: UUID | None
    quantity: AmountRead
    delivered: AmountRead | None


class DeliveryRead(FactRead):
    """A shipment; on time by the end of the promised day (UTC), in full if as much of each line came.

    `occurred_at` is when it came, before that when it left, before that the promised day.
    """

    order_id: UUID
    occurred_at: Instant
    promised_on: date | None
    shipped_at: Instant | None
    delivered_at: Instant | None
    cancelled: bool
    status: DeliveryStatus
    on_time: bool | None
    in_full: bool | None
    carrier: str | None
    tracking: str | None
    lines: list[DeliveryLineRead]


class LateDelivery(Read):
    """A delivery that was promised for an earlier day and has not come."""

    days_late: int
    delivery: DeliveryRead


class LatePage(Read):
    """Late deliveries, those promised first at the beginning."""

    items: list[LateDelivery]
    next: str | None


class Grouping(StrEnum):
    """What on-time figures are about."""

    CUSTOMER = "customer"
    PRODUCT = "product"


class OnTimeFigures(Read):
    """Of what was due: how much came on time, how much in full, and how much both (OTIF).

    `key` is the current id of the customer, or the id of the product.
    """

    key: UUID
    due: int
    on_time: int
    in_full: int
    otif: int
    share: float = Field(description="otif / due, to four decimals.")


class OnTimePage(Read):
    """On-time figures by key."""

    items: list[OnTimeFigures]
    next: str | None


class LineFulfilment(Read):
    """How far a line has come; `open` is what is still to be delivered."""

    line: int
    product_id: UUID | None
    ordered: AmountRead
    shipped: AmountRead
    delivered: AmountRead
    returned: AmountRead
    open: AmountRead
    state: LineState


class Movement(StrEnum):
    """Which way something went."""

    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"


class Unassigned(Read):
    """What came or went back that no line claims."""

    what: Movement
    product_id: UUID | None
    quantity: AmountRead


class Fulfilment(Read):
    """How far an order has come, line by line."""

    order_id: UUID
    state: OrderState
    lines: list[LineFulfilment]
    unassigned: list[Unassigned]
