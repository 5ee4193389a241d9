"""Owns how far forecasts were from what happened: error, bias, ranking, calibration. Pure."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from services.scoring.estimators.histogram import Floats, Ints

MOST_FREQUENT = 7  # repeat purchases from which on customers share a row, as in the CDNOW table
GROUPS = 10
Rows = list[dict[str, Any]]


def errors(predicted: Floats, actual: Floats) -> dict[str, float]:
    """Return mean absolute and root mean square error per customer, and both totals."""
    off = predicted - actual
    mean, square = (float(part.mean()) if len(off) else 0.0 for part in (np.abs(off), off**2))
    totals = {"predicted": float(predicted.sum()), "actual": float(actual.sum())}
    return {"mae": mean, "rmse": square**0.5, **totals}


def bias(predicted: float, actual: float) -> float | None:
    """Return by what share of the actual total the predicted one is above it; None when nothing happened."""
    return predicted / actual - 1 if actual > 0 else None


def auc(score: Floats, happened: NDArray[np.bool_]) -> float | None:
    """Return the chance that one to whom it happened scores above one to whom it did not, equals as a half.

    The Mann-Whitney statistic by mid-ranks (Hanley, McNeil 1982); None without both kinds.
    """
    yes = int(happened.sum())
    no = len(happened) - yes
    if not yes or not no:
        return None
    return float((rankdata(score)[happened].sum() - yes * (yes + 1) / 2) / (yes * no))


def top_share(predicted: Floats, actual: Floats, share: float = 0.1) -> float | None:
    """Return what part of the actual sum those have who were predicted highest; None when it is not positive.

    Of customers with equal predictions at the border each counts in part, so their order does not matter.
    """
    total, wanted = float(actual.sum()), share * len(actual)
    if total <= 0:
        return None
    border = np.sort(predicted)[::-1][min(int(np.ceil(wanted)), len(predicted)) - 1]
    above, at = predicted > border, predicted == border
    part = (wanted - above.sum()) / at.sum()
    return float((actual[above].sum() + part * actual[at].sum()) / total)


def by_decile(predicted: Floats, actual: Floats) -> Rows:
    """Return tenths of the customers from the lowest prediction up, with mean predicted and actual."""
    order = np.argsort(predicted, kind="stable")
    groups = np.array_split(order, min(GROUPS, len(order))) if len(order) else ()
    return [{"decile": at, **_means(rows, predicted, actual)} for at, rows in enumerate(groups, 1)]


def by_frequency(x: Ints, predicted: Floats, actual: Floats) -> Rows:
    """Return means by repeat purchases so far, 0 to 7 and more (Fader, Hardie, Lee 2005, figure 4)."""
    return list(_by_frequency(np.minimum(x, MOST_FREQUENT), predicted, actual))


def _by_frequency(group: Ints, predicted: Floats, actual: Floats) -> Iterator[dict[str, Any]]:
    for frequency in np.unique(group).tolist():
        rows = np.flatnonzero(group == frequency)
        yield {"frequency": frequency, **_means(rows, predicted, actual)}


def _means(rows: Ints, predicted: Floats, actual: Floats) -> dict[str, float]:
    means = {"predicted": float(predicted[rows].mean()), "actual": float(actual[rows].mean())}
    return {"customers": len(rows), **means}
