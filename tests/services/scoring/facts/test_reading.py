"""Reading interaction's records."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.scoring.facts.reading import read

WHO, WHAT = UUID(int=1), UUID(int=2)
LINES = [{"amount": "29.33", "cost": "20.10"}, {"amount": "10.00", "cost": None}]
ORDER: dict[str, Any] = {
    "customer_id": str(WHO),
    "placed_at": "2026-03-01T23:30:00-05:00",
    "status": "confirmed",
    "lines": LINES,
    "total": {"amount": "39.33", "currency": "CNY"},
}


def test_an_order_is_a_purchase_on_its_day_in_utc() -> None:
    row = read("order", WHAT, (1, 7), ORDER)
    assert (row.customer_id, row.subject, row.generation, row.version) == (WHO, WHAT, 1, 7)
    assert row.day == date(2026, 3, 2)
    assert (row.amount, row.currency, row.counts) == (Decimal("39.33"), "CNY", True)
    assert (row.cost, row.costed) == (Decimal("20.10"), Decimal("29.33"))


def test_an_order_says_where_and_by_whom_it_was_sold_and_what_each_line_brought() -> None:
    line = {
        "line": 10,
        "product": None,
        "product_id": str(WHO),
        "quantity": "2",
        "amount": "39.33",
        "cost": None,
    }
    where = {"region": "East", "salesperson": "u-1", "department": "north"}
    row = read("order", WHAT, (1, 1), {**ORDER, **where, "lines": [line]})
    assert (row.region, row.salesperson, row.department) == ("East", "u-1", "north")
    kept = {"line": 10, "product_id": str(WHO), "quantity": "2", "amount": "39.33"}
    assert json.loads(row.lines) == [kept]


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_a_draft_or_cancelled_order_is_none(status: str) -> None:
    assert not read("order", WHAT, (1, 1), {**ORDER, "status": status}).counts


def test_a_return_belongs_to_its_order() -> None:
    data = {key: value for key, value in ORDER.items() if key not in {"placed_at", "status"}}
    row = read("return", WHAT, (1, 1), {**data, "returned_at": "2026-03-05T00:00:00Z", "order_id": str(WHAT)})
    assert (row.order_id, row.counts, row.day) == (WHAT, True, date(2026, 3, 5))


def test_a_payment_is_kept_and_earns_nothing() -> None:
    data = {
        "customer_id": str(WHO),
        "paid_at": "2026-03-05T00:00:00Z",
        "amount": {"amount": "-5.00", "currency": "USD"},
        "order_id": None,
    }
    row = read("payment", WHAT, (1, 1), data)
    assert (row.amount, row.currency, row.counts, row.order_id) == (Decimal("-5.00"), "USD", False, None)


@pytest.mark.parametrize(("status", "counts"), [("issued", True), ("cancelled", False)])
def test_a_credit_note_names_its_order_and_the_return_it_stands_in_for(status: str, counts: bool) -> None:  # noqa: FBT001 - a parameter
    data = {
        "customer_id": str(WHO),
        "issued_at": "2026-03-05T00:00:00Z",
        "amount": {"amount": "5.00", "currency": "USD"},
        "order_id": str(WHAT),
        "return_id": str(WHO),
        "status": status,
        "lines": [],
    }
    row = read("credit_note", WHAT, (1, 1), data)
    assert (row.amount, row.order_id, row.return_id, row.counts) == (Decimal("5.00"), WHAT, WHO, counts)


@pytest.mark.parametrize("missing", ["customer_id", "total", "placed_at"])
def test_what_is_no_order_is_refused(missing: str) -> None:
    with pytest.raises(KeyError):
        read("order", WHAT, (1, 1), {key: value for key, value in ORDER.items() if key != missing})
