"""Ranks, tiers and RFM classes: shares, ties, and single customers placed as a run would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.scores import ranking
from services.scoring.scores.ranking import Cuts

VALUES = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=60)


def keys(count: int) -> np.ndarray:
    return np.array([f"{at:04}" for at in range(count)])


def test_tiers_are_shares_of_the_count_rounded_up() -> None:
    assert np.diff([0, *ranking.last_of_tiers(2357)]).tolist() == [24, 94, 354, 1885]
    assert np.diff([0, *ranking.last_of_tiers(100)]).tolist() == [1, 4, 15, 80]
    assert np.diff([0, *ranking.last_of_tiers(700)]).tolist() == [
        7,
        28,
        105,
        560,
    ]  # .01 * 700 is 7.000000000000001
    assert np.diff([0, *ranking.last_of_tiers(1)]).tolist() == [1, 0, 0, 0]


def test_equal_values_rank_by_id() -> None:
    value, key = np.array([5.0, 7.0, 5.0, 7.0]), np.array(["d", "c", "b", "a"])
    assert ranking.ranks(value, key).tolist() == [4, 2, 3, 1]


def test_classes_are_fifths() -> None:
    assert ranking.classes(np.arange(10.0)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@given(VALUES)
def test_equals_share_a_class_and_better_is_never_lower(values: list[float]) -> None:
    metric = np.array(values)
    found = ranking.classes(metric)
    assert found.max() == 5
    for one in range(len(values)):
        for other in range(len(values)):
            if metric[one] == metric[other]:
                assert found[one] == found[other]
            elif metric[one] > metric[other]:
                assert found[one] >= found[other]


@given(VALUES)
def test_a_single_customer_is_placed_as_in_the_whole_base(values: list[float]) -> None:
    value, key = np.array(values), keys(len(values))
    found = ranking.tiers(ranking.ranks(value, key))
    cuts = Cuts.read(Cuts.of(value, key, value, value, value).stored())
    assert [cuts.tier(v, str(k)) for v, k in zip(value, key, strict=True)] == found.tolist()
    classes = ranking.classes(value)
    assert [cuts.rfm(v, v, v) for v in value] == [(c, c, c) for c in classes.tolist()]


def test_without_a_base_everybody_is_small() -> None:
    none = np.array([])
    cuts = Cuts.of(none, keys(0), none, none, none)
    assert cuts.tier(100.0, "a") == 4
    assert cuts.rfm(1.0, 1.0, 1.0) == (1, 1, 1)


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0, 0.0]])
def test_the_smallest_bases_have_a_vip(values: list[float]) -> None:
    rank = ranking.ranks(np.array(values), keys(len(values)))
    assert 1 in ranking.tiers(rank)
