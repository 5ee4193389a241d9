"""Gini's coefficient against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.tiers.concentration import gini


def test_extremes() -> None:
    assert gini([3, 3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([]) is None
    assert gini([0, 0]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda values: sum(values) > 1e-3))
def test_it_is_half_the_relative_mean_difference(values: list[float]) -> None:
    each = np.array(values)
    expected = np.abs(each[:, None] - each[None, :]).mean() / (2 * each.mean())
    assert gini(values) == pytest.approx(expected, abs=1e-9)
