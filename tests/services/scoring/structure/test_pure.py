"""Shares, concentration, shifts and splits, against figures worked out by hand, and by their own laws."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.structure.figures import Figures, money
from services.scoring.structure.months import Span, name_of, number_of, told_as
from services.scoring.structure.reading import spans_of
from services.scoring.structure.shares import concentration, growth, mix_shift, percents, shares
from services.scoring.structure.splitting import PARTS
from tests.services.scoring.structure.oracle import split

AMOUNTS = st.decimals(0, 10**9, places=2)


def sold(quantity: str, amount: str) -> Figures:
    return Figures(quantity=Decimal(quantity), amount=Decimal(amount))


def numbers(*texts: str) -> list[Decimal | None]:
    return [Decimal(text) for text in texts]


def test_thirds_make_a_hundred() -> None:
    assert percents(numbers("1", "1", "1")) == ["33.34", "33.33", "33.33"]
    assert percents([*numbers("2", "1"), None]) == ["66.67", "33.33", None]
    assert percents(numbers("0", "0")) == [None, None]
    assert shares(numbers("3", "-1")) == [1.5, -0.5]
    assert percents(numbers("3", "-1")) == ["150.00", "-50.00"]


@given(st.lists(AMOUNTS, min_size=1, max_size=60))
def test_percents_add_up_to_exactly_a_hundred_and_are_near_their_shares(values: list[Decimal]) -> None:
    found = percents(list(values))
    if sum(values) > 0:
        assert sum(Decimal(each or "") for each in found) == 100
        for each, share in zip(found, shares(list(values)), strict=True):
            assert abs(float(each or "") - 100 * (share or 0.0)) < 0.01
    else:
        assert found == [None] * len(values)


def test_concentration_is_one_over_n_among_equals() -> None:
    assert concentration([2, 2, 2, 2]) == pytest.approx(0.25)
    assert concentration([5, 0]) == 1
    assert concentration([0]) is None


def test_mix_shift_is_what_has_moved() -> None:
    assert mix_shift([1, 1], [1, 1]) == 0
    assert mix_shift([1, 1], [3, 1]) == pytest.approx(0.25)
    assert mix_shift([1, 0], [0, 1]) == 1
    assert mix_shift([1, 1], [0, 0]) is None


def test_growth_needs_something_before() -> None:
    assert growth(Decimal(3), Decimal(2)) == 0.5
    assert growth(Decimal(3), Decimal(2), Decimal(10)) == pytest.approx(0.1)
    assert growth(Decimal(3), Decimal(0)) is None
    assert growth(None, Decimal(1)) is None


def test_a_change_of_price_of_volume_and_of_mix_by_hand() -> None:
    """10 of a at 5 and 10 of b at 1 become 20 of a at 6 and 10 of b at 1; c is new, d is lost."""
    before = {"a": sold("10", "50"), "b": sold("10", "10"), "d": sold("1", "7")}
    now = {"a": sold("20", "120"), "b": sold("10", "10"), "c": sold("2", "8"), None: sold("0", "-3")}
    assert split(now, before).parts() == {
        "price": 20,  # 20 of a, each 1 more
        "volume": 30,  # half as much again of 60
        "mix": 20,  # 110 at the old prices, 90 had all grown alike
        "new": 8,
        "lost": -7,
        "other": -3,
    }


FIGURES = st.builds(sold, st.decimals(-5, 50, places=1).map(str), st.decimals(-100, 1000, places=2).map(str))
PRODUCTS = st.dictionaries(st.integers(0, 6), FIGURES, min_size=1)


@given(PRODUCTS, PRODUCTS)
def test_the_parts_of_a_change_add_up_to_it(now: dict[int, Figures], before: dict[int, Figures]) -> None:
    parts = split(now, before).parts()
    assert tuple(parts) == PARTS
    totals = [sum((each.amount for each in side.values()), Decimal()) for side in (now, before)]
    assert sum(parts.values()) == totals[0] - totals[1]


def test_months_and_the_spans_before() -> None:
    assert (number_of("2016-01"), name_of(number_of("2016-12"))) == (2016 * 12, "2016-12")
    quarter = Span(number_of("2016-04"), number_of("2016-06"))
    names = [(name_of(span.first), name_of(span.last)) for span in spans_of(quarter)]
    assert names == [("2016-04", "2016-06"), ("2016-01", "2016-03"), ("2015-04", "2015-06")]
    two_years = Span(number_of("2016-01"), number_of("2017-12"))
    assert [name_of(span.first) for span in spans_of(two_years)] == ["2016-01", "2014-01", "2014-01"]


SPANS = st.builds(
    lambda first, many: Span(first, first + many - 1), st.integers(100, 140), st.integers(1, 40)
)


@given(st.lists(SPANS, min_size=1, max_size=3))
def test_months_told_as_quarters_are_the_same_months(spans: list[Span]) -> None:
    told = told_as(spans, quarters=True)
    for span, each in zip(spans, told, strict=True):
        months = [one for code in each for one in ((code,) if code > 0 else (-code, 1 - code, 2 - code))]
        assert sorted(months) == list(range(span.first, span.last + 1))
    for span in spans:  # what is told for another one is wholly of this one too, or not at all
        inside = set(told_as([span], quarters=False)[0])
        for code in {code for each in told for code in each if code < 0}:
            assert len(inside & {-code, 1 - code, 2 - code}) in {0, 3}
    assert told_as(spans[:1], quarters=False) == [list(range(spans[0].first, spans[0].last + 1))]
    assert told_as([Span(24192, 24203)], quarters=True) == [[-24201, -24198, -24195, -24192][::-1]]


def test_what_is_left_counts_orders_only_where_they_do_not_overlap() -> None:
    whole, part = Figures(orders=5, quantity=Decimal(3)), Figures(orders=2, quantity=Decimal(1))
    assert whole.less([part], orders=True) == Figures(orders=3, quantity=Decimal(2))
    assert whole.less([part], orders=False).orders is None
    assert (part.profit, Figures(costed=Decimal(5), cost=Decimal(3)).profit) == (None, 2)


@pytest.mark.parametrize(("amount", "shown"), [("1", "1.00"), ("-0.5", "-0.50"), ("1.2345678", "1.234568")])
def test_money_has_two_decimals_or_as_many_more_as_it_needs(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown
