"""Lines of orders and returns: what callers send and get, and the form in which they are kept."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from services.interaction.identities.schemas import Reference
from services.interaction.orders.amounts import money, quantity, total
from shared.schemas import Amount, AmountRead, Body, Read, SourceKey, Whole

MAX_LINES = 1_000
ONE = Decimal(1)


LineNumber = Annotated[Whole, Field(ge=1, le=999_999)]


class OrderLine(Body):
    """What was bought; `amount` and `cost` are totals of the line in the order's currency.

    `line` is its number in the ordering system, by which later versions, deliveries and returns know it;
    without one it gets the number behind that of the line before it.
    """

    line: LineNumber | None = None
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


class ReturnLine(Body):
    """What came back; `order_line` is the number of the order's line, `amount` is what it takes back."""

    order_line: LineNumber | None = None
    product: Reference | None = None
    quantity: Amount = ONE
    amount: Amount
    cost: Amount | None = None


class ReturnLineRead(OrderLineRead):
    """A line with its number; `order_line` is that of the line of the order, null where it was not said."""

    order_line: int | None


def _numbers(lines: Sequence[OrderLine]) -> list[int]:
    numbers: list[int] = []
    for line in lines:
        numbers.append(line.line or (numbers[-1] if numbers else 0) + 1)
    return numbers


def _numbered(lines: list[OrderLine]) -> list[OrderLine]:
    if len(set(_numbers(lines))) < len(lines):
        raise ValueError("two lines have one number")
    return lines


OrderLines = Annotated[list[OrderLine], Field(min_length=1, max_length=MAX_LINES), AfterValidator(_numbered)]
ReturnLines = Annotated[list[ReturnLine], Field(min_length=1, max_length=MAX_LINES)]
Lines = list[dict[str, Any]]


def kept(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """Return the columns `lines` and `total`; `product_id` is null where a name is still to be resolved."""
    return _summed([_kept(number, line) for number, line in zip(_numbers(lines), lines, strict=True)])


def kept_returned(lines: Sequence[ReturnLine]) -> dict[str, Any]:
    """Return the same of what came back."""
    return _summed(
        [{**_kept(number, line), "order_line": line.order_line} for number, line in enumerate(lines, 1)]
    )


def named_product(product: Reference | None) -> dict[str, Any]:
    """Return `product` and `product_id` of a line, as far as they are known before products are looked up."""
    return {
        "product": {"system": product.system, "id": product.id} if isinstance(product, SourceKey) else None,
        "product_id": str(product) if isinstance(product, UUID) else None,
    }


def _summed(rows: Lines) -> dict[str, Any]:
    return {"lines": rows, "total": total(row["amount"] for row in rows)}


def _kept(number: int, line: OrderLine | ReturnLine) -> dict[str, Any]:
    return {
        "line": number,
        **named_product(line.product),
        "quantity": quantity(line.quantity),
        "amount": money(line.amount),
        "cost": None if line.cost is None else money(line.cost),
    }
