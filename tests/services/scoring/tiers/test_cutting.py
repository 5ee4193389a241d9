"""Where tiers end: shares of customers, shares of value, amounts; ties by id."""

import numpy as np
import pytest

from services.scoring.scores.ranking import Cuts
from services.scoring.tiers.concentration import top_share
from services.scoring.tiers.cutting import NOBODY, Cut, CutBy

VALUES = np.array([50.0, 30.0, 10.0, 5.0, 3.0, 2.0, 0.0, 0.0, -1.0, -2.0])
KEYS = [f"{at:032x}" for at in range(10)]


def lasts(cut: Cut, values: np.ndarray) -> list[tuple[float, str]]:
    return cut.lasts(values, [KEYS[end - 1] if end else "" for end in cut.ends(values)])


@pytest.mark.parametrize(
    ("cut", "ends"),
    [
        (Cut(), [1, 1, 2]),
        (Cut(CutBy.CUSTOMERS, (10, 30, 60)), [1, 3, 6]),
        (Cut(CutBy.VALUE, (80, 95, 100)), [2, 4, 6]),
        (Cut(CutBy.VALUE, (50, 81, 99)), [1, 3, 6]),
        (Cut(CutBy.AMOUNT, (1000, 30, 0)), [0, 2, 8]),
    ],
)
def test_ends(cut: Cut, ends: list[int]) -> None:
    assert cut.ends(VALUES) == ends


def test_shares_are_counted_without_rounding_errors() -> None:
    for count in range(1, 400):
        assert Cut(CutBy.CUSTOMERS, (7, 29, 58)).ends(np.ones(count)) == [
            -(-count * s // 100) for s in (7, 29, 58)
        ]
    assert Cut(CutBy.VALUE, (10, 20, 30)).ends(np.full(10, 0.1)) == [1, 2, 3]


@pytest.mark.parametrize("values", [np.array([]), np.zeros(3), np.array([-1.0, -2.0])])
def test_without_value_nobody_has_a_share_of_it(values: np.ndarray) -> None:
    assert Cut(CutBy.VALUE, (80, 95, 100)).ends(values) == [0, 0, 0]
    assert lasts(Cut(CutBy.VALUE, (80, 95, 100)), values) == [NOBODY] * 3


@pytest.mark.parametrize("cut", [Cut(), Cut(CutBy.VALUE, (80, 95, 100)), Cut(CutBy.AMOUNT, (1000, 30, 0))])
def test_who_comes_later_is_placed_by_the_same_limits(cut: Cut) -> None:
    cuts = Cuts(lasts(cut, VALUES), [], [], [])
    ends = cut.ends(VALUES)
    by_rank = (np.searchsorted(ends, np.arange(1, 11), side="left") + 1).tolist()
    assert [cuts.tier(value, key) for value, key in zip(VALUES, KEYS, strict=True)] == by_rank


def test_equals_are_parted_by_id_but_by_amount_are_together() -> None:
    equal = np.full(4, 5.0)
    parted, together = (
        Cuts(lasts(Cut(CutBy.CUSTOMERS, (25, 50, 75)), equal), [], [], []),
        Cuts(lasts(Cut(CutBy.AMOUNT, (9, 5, 1)), equal), [], [], []),
    )
    assert [parted.tier(5.0, key) for key in KEYS[:4]] == [1, 2, 3, 4]
    assert [together.tier(5.0, key) for key in KEYS[:4]] == [2, 2, 2, 2]


def test_what_the_best_fifth_bring() -> None:
    assert top_share([1, 1, 1, 1, 16]) == 0.8
    assert top_share([80, 5, 5, 5, 5, 0]) == pytest.approx(0.85)  # a fifth of six, rounded up, is two
    assert top_share([]) is None
    assert top_share([0.0, -1.0]) is None
