"""Owns the example data: CDNOW's purchases as rows of the API's batches."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Self

SYSTEM, CURRENCY = "cdnow", "USD"
FILE = Path(__file__).parents[2] / "examples" / "cdnow" / "purchases.csv"
BATCH = 1_000  # rows that the API takes at once
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Rows for /v1/customers/batch and /v1/orders/batch, and the sum of all amounts."""

    customers: Sequence[Row]
    orders: Sequence[Row]
    money: Decimal

    @classmethod
    def read(cls, file: Path = FILE) -> Self:
        """Read a CSV of customer_id, date, quantity, amount.

        An order's source id is its customer, its day and its number among those of the day, so the same row
        has the same id every time, wherever it stands in the file.
        """
        with file.open(newline="") as text:
            rows = list(csv.DictReader(text))
        seen = Counter[tuple[str, str]]()
        orders = []
        for row in rows:
            day = row["customer_id"], row["date"]
            seen[day] += 1
            orders.append(_order(row, seen[day]))
        names = dict.fromkeys(row["customer_id"] for row in rows)
        money = sum((Decimal(row["amount"]) for row in rows), Decimal())
        return cls([_customer(name) for name in names], orders, money)


def batches(rows: Sequence[Row], size: int = BATCH) -> Iterator[list[Row]]:
    """Cut rows into batches."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


def _customer(name: str) -> Row:
    return {"kind": "person", "name": f"CDNOW {name}", "identities": [{"system": SYSTEM, "id": name}]}


def _order(row: dict[str, str], number: int) -> Row:
    return {
        "customer": {"system": SYSTEM, "id": row["customer_id"]},
        "source": {"system": SYSTEM, "id": f"{row['customer_id']}-{row['date']}-{number}"},
        "placed_at": f"{row['date']}T00:00:00Z",
        "currency": CURRENCY,
        "status": "completed",
        "lines": [{"quantity": row["quantity"], "amount": row["amount"]}],
    }
