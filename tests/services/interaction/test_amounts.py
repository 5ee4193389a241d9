"""Amounts: one text for one value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interaction.orders.amounts import money, quantity, total

AMOUNTS = st.decimals(
    min_value=Decimal(-(10**14)), max_value=Decimal(10**14), allow_nan=False, allow_infinity=False, places=6
)


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("29.3", "29.30"),
        ("100", "100.00"),
        ("0.125", "0.125"),
        ("-5.1", "-5.10"),
        ("-0", "0.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_money_has_two_decimals_or_as_many_as_it_needs(given_: str, shown: str) -> None:
    assert money(Decimal(given_)) == shown


@given(AMOUNTS)
def test_nothing_is_lost(amount: Decimal) -> None:
    assert Decimal(money(amount)) == Decimal(quantity(amount)) == amount


@given(AMOUNTS, st.integers(0, 5))
def test_equal_amounts_are_equal_text(amount: Decimal, zeros: int) -> None:
    padded = Decimal(f"{amount:f}" + "0" * zeros)
    assert money(padded) == money(amount)
    assert quantity(padded) == quantity(amount)


@given(st.lists(AMOUNTS, max_size=50))
def test_a_total_is_the_exact_sum(amounts: list[Decimal]) -> None:
    assert Decimal(total(map(money, amounts))) == sum(amounts, Decimal())
