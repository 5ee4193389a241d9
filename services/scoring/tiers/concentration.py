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


def top_share(values: ArrayLike, share: float = 0.2) -> float | None:
    """Return what part of the total the best `share` of all bring, their number rounded up; None as above.

    Over 0.8 where Pareto's rule holds.
    """
    descending = -np.sort(-np.asarray(values, np.float64))
    total = float(descending.sum())
    if total <= 0:
        return None
    return float(descending[: int(np.ceil(share * len(descending) - 1e-9))].sum()) / total
