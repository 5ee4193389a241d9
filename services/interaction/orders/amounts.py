"""Amounts as decimal strings in one form, so that equal amounts are equal text."""

from collections.abc import Iterable
from decimal import Decimal

PLACES = 2


def money(amount: Decimal) -> str:
    """Write an amount with two decimals, or with as many more (up to six) as it needs."""
    return quantity(amount) if _decimals(amount) > PLACES else format(amount + 0, f".{PLACES}f")


def quantity(amount: Decimal) -> str:
    """Write a quantity without trailing zeros, and zero without a sign."""
    return format(amount.normalize() + 0, "f")


def total(amounts: Iterable[str]) -> str:
    """Add up amounts that `money` has written."""
    return money(sum(map(Decimal, amounts), Decimal()))


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
