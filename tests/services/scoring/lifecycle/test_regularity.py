"""What a silence means to whoever buys in a rhythm."""

import numpy as np
import pytest

from services.scoring.lifecycle.regularity import Regularity

THOSE = np.array([0, 1])


def counted(gaps: np.ndarray) -> Regularity:
    """Count the same number of gaps for two customers, a row each."""
    found, (_, count) = Regularity(2), gaps.shape
    starts = np.array([0, count])
    found.add(THOSE, starts, gaps.ravel(), np.full(2, count), gaps.sum(axis=1))
    return found


def test_the_shape_of_gaps_is_found_and_chance_is_no_rhythm() -> None:
    draw = np.random.default_rng(1)
    gaps = np.stack([draw.gamma(9, 10 / 9, 2000), draw.exponential(10, 2000)])
    shape = counted(gaps).shape
    assert shape == pytest.approx([9, 1], rel=0.1)
    assert counted(np.full((2, 1), 10.0)).shape.tolist() == [1, 1]  # one gap says nothing


def test_a_silence_is_as_rare_as_what_it_means() -> None:
    draw = np.random.default_rng(2)
    rhythm = counted(np.stack([draw.gamma(9, 10 / 9, 5000), draw.exponential(10, 5000)]))
    mean, silence = np.array([10.0, 10.0]), np.array([16.0, 16.0])
    meant = rhythm.meaning(silence, mean)
    rare = (draw.gamma(rhythm.shape[0], 10 / rhythm.shape[0], 400_000) > 16).mean()
    assert np.exp(-meant[0] / 10) == pytest.approx(rare, rel=0.05)
    assert meant[1] == pytest.approx(16, rel=0.1)
    assert rhythm.days(THOSE, meant, mean) == pytest.approx(silence)
