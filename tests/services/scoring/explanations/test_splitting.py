"""The shares of a product's difference: they sum to it, and are the mean effect over all orders."""

from itertools import permutations
from math import prod

import numpy as np
import pytest

from services.scoring.explanations.splitting import shares


@pytest.mark.parametrize("count", [1, 3, 4])
def test_shares_sum_to_the_difference_of_any_products(count: int) -> None:
    """With zeros, negative factors and very different sizes: exact in the largest amount that occurs."""
    chance = np.random.default_rng(count)
    own, other = chance.lognormal(0, 3, (2, 20_000, count))
    for each in (own, other):
        each[chance.random(each.shape) < 0.1] = 0
        each[:, -1] *= chance.choice([-1, 1], 20_000)
    found = shares(own, other)
    values = np.stack([own.prod(axis=1), other.prod(axis=1), np.abs(found).max(axis=1)])
    error = np.abs(found.sum(axis=1) - (values[0] - values[1]))
    assert (error <= 1e-14 * np.abs(values).max(axis=0)).all()


def test_shares_of_values_sum_within_a_billionth_of_the_value() -> None:
    """Of what factors really are, some customers without a chance, a purchase or a margin, some at a loss."""
    chance, many = np.random.default_rng(1), 20_000
    spend = (chance.lognormal(0, 2, many), chance.lognormal(4, 2, many))
    own = np.stack([chance.random(many) ** 4, *spend, chance.normal(0.3, 0.5, many)], axis=1)
    base = (chance.uniform(0.05, 1, many), chance.uniform(0.1, 30, many), chance.uniform(1, 9999, many))
    other = np.stack([*base, chance.uniform(0.02, 0.9, many) * chance.choice([1, 1, 1, -1], many)], axis=1)
    own[chance.random(own.shape) < 0.05] = 0
    values = np.stack([own.prod(axis=1), other.prod(axis=1)])
    error = np.abs(shares(own, other).sum(axis=1) - (values[0] - values[1]))
    assert (error <= 1e-9 * np.abs(values).max(axis=0)).all()


def test_a_share_is_the_mean_effect_over_all_orders() -> None:
    chance = np.random.default_rng(5)
    for own, other in chance.normal(0, 2, (200, 2, 4)):
        found = np.zeros(4)
        for order in permutations(range(4)):
            now = list(other)
            for at in order:
                before = prod(now)
                now[at] = own[at]
                found[at] += (prod(now) - before) / 24
        assert shares(own, other) == pytest.approx(found, rel=1e-9, abs=1e-12)


def test_equal_factors_have_no_share_and_one_that_differs_has_all() -> None:
    assert shares([0.5, 3, -2], [0.5, 7, -2]).tolist() == [0, 4, 0]
    assert shares([0, 3], [2, 0]).tolist() == [-3, 3]
