"""Owns what was sold in some part of the whole, and what is left of the whole without some parts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

PLACES = Decimal("0.000001")


class SalesMeasure(StrEnum):
    """What shares and growth are of."""

    AMOUNT = "amount"
    QUANTITY = "quantity"
    PROFIT = "profit"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of sold lines, money in one currency; `orders` is None where different orders are not counted.

    `unpriced` are orders whose money is not known, `costed` is the part of the amount whose cost is known.
    """

    orders: int | None = 0
    unpriced: int | None = 0
    quantity: Decimal = Decimal()
    amount: Decimal = Decimal()
    cost: Decimal = Decimal()
    costed: Decimal = Decimal()

    @property
    def profit(self) -> Decimal | None:
        """What is left of the amount whose cost is known, None where no cost is."""
        return self.costed - self.cost if self.costed or self.cost else None

    def of(self, measure: SalesMeasure) -> Decimal | None:
        """Return the value of a measure, None where it is not known."""
        value: Decimal | int | None = getattr(self, measure)
        return None if value is None else Decimal(value)

    def less(self, parts: Iterable["Figures"], *, orders: bool) -> "Figures":
        """Return what is left without the parts; the number of `orders` only where they do not overlap."""
        parts = list(parts)
        left = replace(
            self,
            **{
                name: getattr(self, name) - sum((getattr(part, name) for part in parts), Decimal())
                for name in ("quantity", "amount", "cost", "costed")
            },
        )
        return replace(
            left,
            orders=_left(self.orders, (part.orders for part in parts)) if orders else None,
            unpriced=_left(self.unpriced, (part.unpriced for part in parts)) if orders else None,
        )

    def shown(self, currency: str) -> dict[str, Any]:
        """Return them as callers see them."""
        profit = self.profit
        return {
            "orders": self.orders,
            "quantity": f"{_exact(self.quantity).normalize() + 0:f}",
            "amount": {"amount": money(self.amount), "currency": currency},
            "profit": None if profit is None else {"amount": money(profit), "currency": currency},
        }


NOTHING = Figures()


def money(amount: Decimal) -> str:
    """Write an amount with two decimals, or with as many more (up to six) as it needs."""
    exact = _exact(amount).normalize() + 0
    exponent = exact.as_tuple().exponent
    return f"{exact:.2f}" if isinstance(exponent, int) and exponent >= -2 else f"{exact:f}"


def _exact(amount: Decimal) -> Decimal:
    return amount.quantize(PLACES)


def _left(whole: int | None, parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    if whole is None or None in known:
        return None
    return whole - sum(part for part in known if part is not None)
