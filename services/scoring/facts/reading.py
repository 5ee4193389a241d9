"""Reading the orders, payments and returns of interaction's feed: of each only what is needed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

NOT_PURCHASES = frozenset(("draft", "cancelled"))
_TIMES = ("occurred_at", "placed_at", "paid_at", "returned_at")


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as it is stored; the fields are the columns."""

    customer_id: UUID
    kind: str
    subject: UUID
    generation: int
    version: int
    day: date
    amount: Decimal
    cost: Decimal
    costed: Decimal
    currency: str
    status: str | None
    order_id: UUID | None
    counts: bool


def read(kind: str, subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Row:
    """Return the fact that a record states; `at` is its generation and version.

    An order counts as a purchase unless it is a draft or cancelled, a return takes its money back; a
    payment is kept and counts neither way, since it is the order that earns. Raises KeyError or ValueError,
    naming what is missing, for a record that is none of them.
    """
    status = data.get("status")
    lines = data.get("lines") or ()
    known = [line for line in lines if line.get("cost") is not None]
    order, money = data.get("order_id"), data["amount" if kind == "payment" else "total"]
    return Row(
        customer_id=UUID(data["customer_id"]),
        kind=kind,
        subject=subject,
        generation=at[0],
        version=at[1],
        day=_day(data),
        amount=Decimal(money["amount"]),
        cost=_sum(line["cost"] for line in known),
        costed=_sum(line["amount"] for line in known),
        currency=money["currency"],
        status=status,
        order_id=None if order is None else UUID(order),
        counts=kind != "payment" and status not in NOT_PURCHASES,
    )


def _day(data: Mapping[str, Any]) -> date:
    moments = [data[name] for name in _TIMES if data.get(name)]
    if not moments:
        raise KeyError(*_TIMES)
    return datetime.fromisoformat(moments[0]).astimezone(UTC).date()


def _sum(amounts: Iterable[str]) -> Decimal:
    return sum(map(Decimal, amounts), Decimal())
