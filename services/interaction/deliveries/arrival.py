"""What follows from a delivery's promise and its arrival: how far it is, on time, in full. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shared.errors import FieldError, Invalid


class DeliveryStatus(StrEnum):
    """How far a delivery has come."""

    PLANNED = "planned"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class NoTimeOfDelivery(Invalid):
    """A delivery that was neither promised nor shipped nor delivered."""

    code, title = "no_time_of_delivery", "A delivery is promised, shipped or delivered at some time"


def derived(delivery: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns `occurred_at`, `status`, `on_time` and `in_full`.

    On time: it came by the end of the promised day, in UTC; null while it has not come, and without a
    promise. In full: of each line as much came as it says; null while nothing has come.
    """
    came = None if delivery["cancelled"] else delivery["delivered_at"]
    promised: date | None = delivery["promised_on"]
    return {
        "occurred_at": _known_last(delivery),
        "status": _status(delivery),
        "on_time": None if came is None or promised is None else came.astimezone(UTC).date() <= promised,
        "in_full": None if came is None else in_full(delivery["lines"]),
    }


def in_full(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether as much of every line came as it says."""
    return all(came(line) >= Decimal(line["quantity"]) for line in lines)


def came(line: Mapping[str, Any]) -> Decimal:
    """Return how much of a line came, once its delivery did."""
    return Decimal(line["quantity"] if line["delivered"] is None else line["delivered"])


def _status(delivery: Mapping[str, Any]) -> DeliveryStatus:
    if delivery["cancelled"]:
        return DeliveryStatus.CANCELLED
    if delivery["delivered_at"] is not None:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.PLANNED if delivery["shipped_at"] is None else DeliveryStatus.SHIPPED


def _known_last(delivery: Mapping[str, Any]) -> datetime:
    known: datetime | None = delivery["delivered_at"] or delivery["shipped_at"]
    if known is not None:
        return known
    if delivery["promised_on"] is None:
        detail = "Give promised_on, shipped_at or delivered_at."
        error: FieldError = {"pointer": "/promised_on", "code": NoTimeOfDelivery.code, "detail": detail}
        raise NoTimeOfDelivery(detail, errors=[error])
    return datetime.combine(delivery["promised_on"], time(), UTC)
