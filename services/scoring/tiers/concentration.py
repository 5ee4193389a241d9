"""Owns how unequally value is spread. Pure."""

import numpy as np
from numpy.typing import ArrayLike


def gini(values: ArrayLike) -> float | None:
    """Return Gini's coefficient 2·Σ i·v_i / (n·Σ v) − (n + 1)/n over ascending v; None without a total > 0.

    0 when all are equal, (n − 1)/n when one has all; above 1 only where losses outweigh.
    """
    ascending = np.sort(np.asarray(values, np.float64))
    count, total = len(ascending), float(ascending.sum())
    if total <= 0:
        return None
    return float(2 * (np.arange(1, count + 1) @ ascending) / (count * total) - (count + 1) / count)
