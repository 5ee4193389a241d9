"""How far an order has come: ordered, shipped, delivered, returned and open quantities. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.interaction.deliveries.arrival import DeliveryStatus, came
from services.interaction.orders.amounts import quantity
from services.interaction.orders.statuses import OrderStatus

Line = Mapping[str, Any]


class LineState(StrEnum):
    """How far a line of an order has come."""

    OPEN = "open"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    OVER_DELIVERED = "over_delivered"
    RETURNED = "returned"


class OrderState(StrEnum):
    """How far an order has come, as its lines say."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    OPEN = "open"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    RETURNED = "returned"


@dataclass(slots=True)
class _Progress:
    """One line, and what became of it."""

    line: Line
    ordered: Decimal
    shipped: Decimal = Decimal()
    delivered: Decimal = Decimal()
    returned: Decimal = Decimal()

    @property
    def open(self) -> Decimal:
        return max(self.ordered - self.delivered, Decimal())

    @property
    def state(self) -> LineState:
        if not self.delivered:
            return LineState.OPEN
        if self.open:
            return LineState.PARTLY_DELIVERED
        if self.returned >= self.delivered:
            return LineState.RETURNED
        return LineState.OVER_DELIVERED if self.delivered > self.ordered else LineState.DELIVERED

    def shown(self) -> dict[str, Any]:
        names = ("ordered", "shipped", "delivered", "returned", "open")
        return {
            "line": self.line["line"],
            "product_id": self.line["product_id"],
            **{name: quantity(getattr(self, name)) for name in names},
            "state": self.state,
        }


def fulfilment(order: Line, deliveries: Iterable[Line], returns: Iterable[Line]) -> dict[str, Any]:
    """Return `state`, `lines` and `unassigned` of an order (its status and lines).

    Deliveries have a status and lines with quantity and delivered; cancelled ones do not count. What names a
    line of the order belongs to it; what names a product only fills the lines of that product in their
    order, and what is too much goes to the last of them; in an order of one line the rest belongs to that.
    What was returned is not open again: a replacement is another order, or a line that was corrected.
    """
    lines = [_Progress(line, Decimal(line["quantity"])) for line in order["lines"]]
    lost = []
    for delivery in deliveries:
        if delivery["status"] in {DeliveryStatus.SHIPPED, DeliveryStatus.DELIVERED}:
            field = "delivered" if delivery["status"] == DeliveryStatus.DELIVERED else "shipped"
            for line in delivery["lines"]:
                amount = came(line) if field == "delivered" else Decimal(line["quantity"])
                lost += _add(lines, line, field, amount)
    for line in (line for each in returns for line in each["lines"]):
        lost += _add(lines, line, "returned", Decimal(line["quantity"]))
    return {
        "state": _state(order["status"], lines),
        "lines": [line.shown() for line in lines],
        "unassigned": lost,
    }


def _add(lines: Sequence[_Progress], moved: Line, field: str, amount: Decimal) -> list[dict[str, Any]]:
    """Add an amount to the lines that it belongs to; return what belongs to none."""
    fitting = _fitting(lines, moved)
    if not fitting:
        return [{"what": field, "product_id": moved["product_id"], "quantity": quantity(amount)}]
    for line in fitting[:-1]:
        limit = line.delivered if field == "returned" else line.ordered - line.delivered
        part = min(amount, max(limit - (getattr(line, field) if field != "delivered" else 0), Decimal()))
        setattr(line, field, getattr(line, field) + part)
        amount -= part
    setattr(fitting[-1], field, getattr(fitting[-1], field) + amount)
    return []


def _fitting(lines: Sequence[_Progress], moved: Line) -> list[_Progress]:
    if (number := moved.get("order_line")) is not None:
        return [line for line in lines if line.line["line"] == number]
    if moved["product_id"] is not None:
        return [line for line in lines if line.line["product_id"] == moved["product_id"]]
    return list(lines) if len(lines) == 1 else []


def _state(status: str, lines: Sequence[_Progress]) -> OrderState:
    if status in {OrderStatus.DRAFT, OrderStatus.CANCELLED}:
        return OrderState(status)
    states = {line.state for line in lines}
    if states == {LineState.RETURNED}:
        return OrderState.RETURNED
    if states <= {LineState.DELIVERED, LineState.OVER_DELIVERED, LineState.RETURNED}:
        return OrderState.DELIVERED
    return OrderState.OPEN if states == {LineState.OPEN} else OrderState.PARTLY_DELIVERED
