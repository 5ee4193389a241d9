"""Converting by the rate of the day."""

from datetime import date, timedelta
from decimal import Decimal

from services.interaction.rates.conversion import Converted, Rates, Sum

FIRST = date(2026, 3, 1)


def test_the_last_rate_on_or_before_the_day_holds() -> None:
    rates = Rates()
    rates.add("EUR", "CNY", FIRST, Decimal(7))
    rates.add("EUR", "CNY", FIRST + timedelta(10), Decimal(8))
    found = [rates.rate("EUR", "CNY", FIRST + timedelta(days)) for days in (-1, 0, 9, 10, 400)]
    assert found == [None, 7, 7, 8, 8]
    assert rates.rate("CNY", "CNY", FIRST - timedelta(400)) == 1


def test_the_stated_direction_goes_before_the_inverse() -> None:
    rates = Rates()
    rates.add("CNY", "EUR", FIRST, Decimal("0.125"))
    assert rates.rate("EUR", "CNY", FIRST) == 8
    rates.add("EUR", "CNY", FIRST + timedelta(1), Decimal(7))
    assert [rates.rate("EUR", "CNY", FIRST + timedelta(days)) for days in (0, 1)] == [8, 7]


def test_what_has_no_rate_is_named_once_and_not_counted() -> None:
    sums = [Sum(Decimal(1), "EUR", FIRST), Sum(Decimal(2), "EUR", FIRST), Sum(Decimal(3), "CNY", FIRST)]
    assert Rates().convert(sums, "CNY") == Converted(Decimal(3), (("EUR", FIRST),))
