"""Reading the orders and their payments, returns and credits in interaction's feed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

NOT_PURCHASES = frozenset(("draft", "cancelled"))
_TIMES = ("occurred_at", "placed_at", "paid_at", "returned_at", "issued_at")
_OF_ONE_AMOUNT = frozenset(("payment", "credit_note"))
_OF_A_LINE = ("line", "order_line", "product_id", "quantity", "amount", "cost")


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
    return_id: UUID | None
    counts: bool
    region: str | None
    salesperson: str | None
    department: str | None
    lines: str  # JSON, as Fact describes it


def read(kind: str, subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Row:
    """Return the fact that a record states; `at` is its generation and version.

    An order counts as a purchase unless it is a draft or cancelled; a return takes its money back, and so
    does a credit note that is not cancelled; a payment is kept and counts neither way, since it is the order
    that earns. Raises KeyError or ValueError, naming what is missing, for a record that is none of them.
    """
    status = data.get("status")
    lines = data.get("lines") or ()
    known = [line for line in lines if line.get("cost") is not None]
    money = data["amount" if kind in _OF_ONE_AMOUNT else "total"]
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
        order_id=_id(data.get("order_id")),
        return_id=_id(data.get("return_id")),
        counts=kind != "payment" and status not in NOT_PURCHASES,
        region=data.get("region"),
        salesperson=data.get("salesperson"),
        department=data.get("department"),
        lines=_lines(lines),
    )


def _lines(told: Iterable[Mapping[str, Any]]) -> str:
    kept = [{name: line[name] for name in _OF_A_LINE if line.get(name) is not None} for line in told]
    return orjson.dumps(kept).decode()


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _day(data: Mapping[str, Any]) -> date:
    moments = [data[name] for name in _TIMES if data.get(name)]
    if not moments:
        raise KeyError(*_TIMES)
    return datetime.fromisoformat(moments[0]).astimezone(UTC).date()


def _sum(amounts: Iterable[str]) -> Decimal:
    return sum(map(Decimal, amounts), Decimal())
