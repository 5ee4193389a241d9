"""The lines of the superstore, as they are in the file, and as the other services would tell of them."""

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zlib import crc32

from feed.consumer import Received
from tests.services.scoring.base import Base, customer, id_of, order, product

FILE = Path(__file__).parents[4] / "examples" / "superstore" / "lines.csv.gz"
DIMENSIONS = (
    *("month", "product", "category", "region"),
    *("salesperson", "department", "customer_class", "customer"),
)


@dataclass(frozen=True)
class Line:
    """A line of the file with what it is of; salespeople and departments are made up."""

    order: str
    day: str
    month: str
    customer: str
    customer_class: str
    region: str
    salesperson: str
    department: str
    product: str
    category: str
    name: str
    amount: Decimal
    quantity: Decimal
    profit: Decimal


def lines() -> list[Line]:
    """Read the file; ids are those that the services use."""
    text = io.StringIO(gzip.decompress(FILE.read_bytes()).decode())
    return [_line(row) for row in csv.DictReader(text)]


def _line(row: dict[str, str]) -> Line:
    seller = crc32(row["State"].encode()) % 12
    return Line(
        order=row["Order ID"],
        day=row["Order Date"],
        month=row["Order Date"][:7],
        customer=str(id_of(row["Customer ID"])),
        customer_class=row["Segment"],
        region=row["Region"],
        salesperson=f"u-{seller}",
        department=f"d-{seller % 3}",
        product=str(id_of(row["Product ID"])),
        category=row["Sub-Category"],
        name=row["Product Name"],
        amount=Decimal(row["Sales"]),
        quantity=Decimal(row["Quantity"]),
        profit=Decimal(row["Profit"]),
    )


def told(of: Iterable[Line]) -> tuple[list[Received], list[Received]]:
    """Return what customer, and what interaction, tell."""
    of = list(of)
    customers = {one.customer: one for one in of}
    products = {one.product: one for one in of}
    orders: dict[str, list[Line]] = {}
    for one in of:
        orders.setdefault(one.order, []).append(one)
    people = [
        Received("customer", _id(key), 1, False, _customer(one), 1)  # noqa: FBT003 - not gone
        for key, one in customers.items()
    ]
    catalogue = [
        Received("product", _id(key), 1, False, product(one.name, category=one.category).data, 1)  # noqa: FBT003 - as above
        for key, one in products.items()
    ]
    return people, [*catalogue, *(_order(key, its) for key, its in orders.items())]


async def load(base: Base, of: Iterable[Line]) -> None:
    """Let the feeds of the other services bring lines, and count them."""
    people, sold = told(of)
    await base.customers(*people)
    await base.facts_told(*sold)
    await base.count()


def _customer(one: Line) -> dict[str, object]:
    owner = {"owner": one.salesperson, "customer_class": one.customer_class, "identities": []}
    return customer("", **owner).data


def _order(key: str, its: list[Line]) -> Received:
    first = its[0]
    sold = [
        {
            "line": number,
            "product_id": one.product,
            "quantity": str(one.quantity),
            "amount": str(one.amount),
            "cost": str(one.amount - one.profit),
        }
        for number, one in enumerate(its, 1)
    ]
    where = {"region": first.region, "salesperson": first.salesperson, "department": first.department}
    total = str(sum(one.amount for one in its))
    of = {"customer_id": first.customer, "lines": sold, "currency": "CNY"}
    return order(key, "", first.day, total, **of, **where)


def _id(text: str) -> UUID:
    return UUID(text)
