"""Lines of orders and returns: what callers send and get, and the form in which they are kept."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.orders.amounts import money, quantity, total
from shared.schemas import Amount, AmountRead, Body, Read, SourceKey

MAX_LINES = 1_000
ONE = Decimal(1)


class OrderLine(Body):
    """What was bought; `amount` and `cost` are totals of the line in the order's currency."""

    product: Reference | None = None
    quantity: Amount = ONE
    amount: Amount
    cost: Amount | None = None


class OrderLineRead(Read):
    """A line with its number; `product_id` holds whether or not the product has arrived yet."""

    line: int
    product: SourceKey | None
    product_id: UUID | None
    quantity: AmountRead
    amount: AmountRead
    cost: AmountRead | None


OrderLines = Annotated[list[OrderLine], Field(min_length=1, max_length=MAX_LINES)]
Lines = list[dict[str, Any]]


def kept(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """Return the columns `lines` and `total`; `product_id` is null where a name is still to be resolved."""
    rows = [_kept(number, line) for number, line in enumerate(lines, 1)]
    return {"lines": rows, "total": total(row["amount"] for row in rows)}


def _kept(number: int, line: OrderLine) -> dict[str, Any]:
    product = line.product
    return {
        "line": number,
        "product": {"system": product.system, "id": product.id} if isinstance(product, SourceKey) else None,
        "product_id": str(product) if isinstance(product, UUID) else None,
        "quantity": quantity(line.quantity),
        "amount": money(line.amount),
        "cost": None if line.cost is None else money(line.cost),
    }
