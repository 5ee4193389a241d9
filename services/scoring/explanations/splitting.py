"""Owns how the difference of two products is divided among their factors, without a rest. Pure."""

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray


def shares(own: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Return what each factor has in Π own − Π other: its Shapley value; shapes (..., n), n small.

    Factors change from `other` to `own` one after another; the share of one is its mean effect over all n!
    orders: (own_i − other_i) · Σ_S |S|!(n−|S|−1)!/n! · Π_{j∈S} own_j · Π_{j∉S, j≠i} other_j over the sets S
    without i. The shares sum to the difference, a factor that is equal has none, and zeros and negative
    factors need no care (a logarithmic mean would). Shapley (1953), A value for n-person games; for products
    Sun (1998), Changes in energy consumption and energy intensity: a complete decomposition model.
    """
    new, old = np.broadcast_arrays(np.asarray(own, np.float64), np.asarray(other, np.float64))
    count = new.shape[-1]
    found = np.zeros(new.shape)
    for at in range(count):
        others = [each for each in range(count) if each != at]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for changed in combinations(others, size):
                kept = [each for each in others if each not in changed]
                product = np.prod(new[..., list(changed)], axis=-1) * np.prod(old[..., kept], axis=-1)
                found[..., at] += weight * product
    return np.asarray(found * (new - old), np.float64)
