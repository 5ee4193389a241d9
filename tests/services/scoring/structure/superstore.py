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
    """A line of the file with what it is of; salespeople, departments and teams are made up.

    `team` is the department of the customer, `owner` is who looks after it; `heir` is the last of those that
    took the place of the product.
    """

    order: str
    day: str
    month: str
    customer: str
    customer_class: str
    region: str
    salesperson: str
    department: str
    team: str
    owner: str
    product: str
    heir: str
    category: str
    name: str
    amount: Decimal
    quantity: Decimal
    profit: Decimal


def lines() -> list[Line]:
    """Read the file; ids are those that the services use."""
    text = io.StringIO(gzip.decompress(FILE.read_bytes()).decode())
    rows = list(csv.DictReader(text))
    after = replaced(str(id_of(row["Product ID"])) for row in rows)
    return [_line(row, after) for row in rows]


def replaced(products: Iterable[str]) -> dict[str, str]:
    """Return which product took the place of which: in each five the second, then the third."""
    order = sorted(set(products))
    return {one: order[at + 1] for at, one in enumerate(order[:-2]) if at % 5 < 2}


def _heir(product: str, after: dict[str, str]) -> str:
    return _heir(after[product], after) if product in after else product


def _line(row: dict[str, str], after: dict[str, str]) -> Line:
    product, whose = str(id_of(row["Product ID"])), crc32(row["Customer ID"].encode())
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
        team=f"t-{whose % 3}",
        owner=f"o-{whose % 40}",
        product=product,
        heir=_heir(product, after),
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
    after = replaced(products)
    people = [
        Received("customer", _id(key), 1, False, _customer(one), 1)  # noqa: FBT003 - not gone
        for key, one in customers.items()
    ]
    catalogue = [
        Received("product", _id(key), 1, False, _product(one, after.get(key)), 1)  # noqa: FBT003 - as above
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
    owner = {
        "owner": one.owner,
        "department": one.team,
        "customer_class": one.customer_class,
        "identities": [],
    }
    return customer("", **owner).data


def _product(one: Line, after: str | None) -> dict[str, object]:
    return product(one.name, category=one.category, replaced_by_id=after).data


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
