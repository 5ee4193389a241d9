"""Owns what a fit expects of its own customers after its cut-off, to be held against it later. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from services.scoring.drift.shifting import binned
from services.scoring.estimators.fitting import Fit
from services.scoring.estimators.forecast import distinct
from services.scoring.estimators.groupfits import Part
from services.scoring.estimators.histogram import DAYS, Floats, Ints
from services.scoring.estimators.intervals import grouped
from services.scoring.estimators.summary import Summary

HORIZONS = (7, 14, 28, 56, 112)  # days after the cut-off; in between a smooth curve is drawn
_COARSE = 4_096  # distinct histories that suffice for a standard deviation
_STEP = 1e-4  # of a log parameter, for central differences


def expecting(
    fit: Fit[Any], seen: Summary, parts: Sequence[Part] = (), covariance: Floats | None = None
) -> dict[str, Any] | None:
    """Return what a sound fit expects, as JSON; None of any other.

    mean: purchases of all customers together up to each horizon; by_chance, by_parameters: its standard
    deviations from what customers do, and from not knowing the parameters better. With it, who they were.
    Of a fit by group, `parts` are the groups, and `covariance` is that of all its logarithms.
    """
    if fit.parameters is None or fit.covariance is None:
        return None
    if not parts:
        parts = [Part(np.arange(len(seen)), fit.parameters, np.eye(len(fit.covariance)))]
    each = [(part, _distinct(seen[part.rows]), _coarse(seen[part.rows])) for part in parts]
    joint = fit.covariance if covariance is None else covariance

    def unknown(days: int) -> float:
        slope = sum(_slope(part.timing, few, days) @ part.design for part, _, few in each)
        return float(slope @ joint @ slope)

    return {
        "days": list(HORIZONS),
        "mean": [sum(_mean(part.timing, rows, days) for part, rows, _ in each) for days in HORIZONS],
        "by_chance": [
            sum(_variance(part.timing, few, days) for part, _, few in each) ** 0.5 for days in HORIZONS
        ],
        "by_parameters": [unknown(days) ** 0.5 for days in HORIZONS],
        "customers": len(seen),
        "purchase_days": int(seen.x.sum()) + len(seen),
        "population": {name: binned(getattr(seen, name)) for name in ("x", "t_x", "age")},
    }


Rows = tuple[Ints, Ints, Ints, Floats]  # x, t_x, age in days, and how many customers


def _distinct(seen: Summary) -> Rows:
    found, row = distinct(seen.x, seen.t_x, seen.age)
    return *found, np.bincount(row).astype(np.float64)


def _coarse(seen: Summary) -> Rows:
    thin = seen.histogram().coarse(_COARSE)
    return thin.x, thin.t_x, thin.age, thin.count.astype(np.float64)


def _mean(timing: Any, rows: Rows, days: int) -> float:  # noqa: ANN401 - any timing estimator
    x, t_x, age, count = rows
    (pair_x, _, pair_age), pair = distinct(x, np.zeros_like(x), age)
    if_alive = timing.purchases_if_alive(pair_x, pair_age / DAYS, days / DAYS)
    return float(count @ (timing.p_alive(x, t_x / DAYS, age / DAYS) * if_alive[pair]))


def _variance(timing: Any, rows: Rows, days: int) -> float:  # noqa: ANN401 - as above
    """Return the variance of the sum at known parameters, where customers are independent."""
    x, t_x, age, count = rows
    (pair_x, _, pair_age), pair = distinct(x, np.zeros_like(x), age)
    first, second = np.empty(len(pair_x)), np.empty(len(pair_x))
    for group, counts in grouped(timing, pair_x, pair_age / DAYS, days / DAYS):
        first[group], second[group] = counts.p @ counts.n, counts.p @ counts.n**2
    alive = timing.p_alive(x, t_x / DAYS, age / DAYS)
    return float(count @ (alive * second[pair] - (alive * first[pair]) ** 2))


def _slope(timing: Any, rows: Rows, days: int) -> Floats:  # noqa: ANN401 - as above
    """Return the derivatives of the mean by the logarithms of the parameters."""
    given = asdict(timing)

    def moved(name: str, step: float) -> float:
        return _mean(type(timing)(**{**given, name: given[name] * np.exp(step)}), rows, days)

    return np.array([(moved(name, _STEP) - moved(name, -_STEP)) / (2 * _STEP) for name in given])
