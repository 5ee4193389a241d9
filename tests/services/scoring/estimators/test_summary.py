"""From transactions to histories."""

from itertools import groupby

import numpy as np
import pytest

from services.scoring.estimators.histogram import Floats, Histogram, Ints, SpendHistogram
from services.scoring.estimators.summary import summarise
from tests.services.scoring.estimators.conftest import UNTIL, Cdnow

Transactions = tuple[Ints, Ints, Floats]


def test_the_sample_has_the_published_moments(cdnow: Cdnow) -> None:
    summary = cdnow.summary
    assert len(summary) == 2357
    assert summary.x.mean() == pytest.approx(1.042427, abs=5e-7)
    assert summary.x.max() == 29
    assert (summary.x > 0).sum() == 946
    assert summary.weeks[1].mean() == pytest.approx(32.7158, abs=1e-4)
    assert summary.frequency_spend_correlation() == pytest.approx(0.114, abs=5e-4)


def test_histories_equal_those_counted_customer_by_customer(transactions: Transactions, cdnow: Cdnow) -> None:
    rows = sorted(zip(*(part.tolist() for part in transactions), strict=True))
    for at, (number, own) in enumerate(groupby(rows, key=lambda row: row[0])):
        bought = [(day, amount) for _, day, amount in own if day <= UNTIL]
        days = sorted({day for day, _ in bought})
        repeat = sum(amount for day, amount in bought if day > days[0])
        assert number == cdnow.customers[at]
        history = (cdnow.summary.x[at], cdnow.summary.t_x[at], cdnow.summary.age[at])
        assert history == (len(days) - 1, days[-1] - days[0], UNTIL - days[0])
        assert cdnow.summary.spend[at] == pytest.approx(repeat / max(len(days) - 1, 1))


def test_the_order_of_transactions_does_not_matter(transactions: Transactions, cdnow: Cdnow) -> None:
    shuffled = np.random.default_rng(1).permutation(len(transactions[0]))
    customer, day, amount = transactions
    customers, summary = summarise(customer[shuffled], day[shuffled], amount[shuffled], until=UNTIL)
    np.testing.assert_array_equal(customers, cdnow.customers)
    np.testing.assert_array_equal(summary.t_x, cdnow.summary.t_x)
    np.testing.assert_allclose(summary.spend, cdnow.summary.spend)


def test_nothing_before_the_cut_off_is_no_customer() -> None:
    customers, summary = summarise(np.array([7]), np.array([100]), np.array([1.0]), until=99)
    assert len(customers) == len(summary) == 0
    assert np.isnan(summary.frequency_spend_correlation())


@pytest.mark.parametrize("parts", [1, 2, 8])
def test_histograms_of_shards_add_up_to_the_same_bits(cdnow: Cdnow, parts: int) -> None:
    whole, money = cdnow.summary.histogram(), cdnow.summary.spend_histogram()
    shuffled = np.random.default_rng(parts).permutation(len(cdnow.summary))
    shards = [cdnow.summary[rows] for rows in np.array_split(shuffled, parts)]
    merged, merged_money = shards[0].histogram(), shards[0].spend_histogram()
    for shard in shards[1:]:
        merged, merged_money = merged + shard.histogram(), merged_money + shard.spend_histogram()
    for name in ("x", "t_x", "age", "count"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name))
    for name in ("x", "total", "count"):
        np.testing.assert_array_equal(getattr(merged_money, name), getattr(money, name))


def test_equal_histories_are_counted_once(cdnow: Cdnow) -> None:
    twice = cdnow.summary.histogram() + cdnow.summary.histogram()
    assert len(twice) == len(cdnow.summary.histogram()) < len(cdnow.summary)
    assert twice.customers == 2 * 2357
    assert twice.repeat_buyers == 2 * 946


def test_a_coarse_histogram_keeps_every_customer(cdnow: Cdnow) -> None:
    coarse = cdnow.summary.histogram().coarse(200)
    assert len(coarse) < 300
    assert (coarse.customers, coarse.repeat_buyers) == (2357, 946)
    Histogram.of(coarse.x, coarse.t_x, coarse.age)


@pytest.mark.parametrize("history", [(-1, 0, 1), (1, 0, 9), (0, 3, 9), (1, 9, 3), (2**20, 1, 2), (0, 0, -1)])
def test_impossible_histories_are_refused(history: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=rf"x={history[0]}.*row 1"):
        Histogram.of(*(np.array([0, value]) for value in history))


def test_spend_without_repeat_days_is_left_out() -> None:
    histogram = SpendHistogram.of(np.array([0, 2, 1, 1]), np.array([0.0, 5.0, -3.0, 4.0]))
    assert histogram.total.tolist() == [4.0, 10.0]
