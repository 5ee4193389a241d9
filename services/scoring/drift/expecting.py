"""Owns what a fit expects of its own customers after its cut-off, to be held against it later. Pure."""

from dataclasses import asdict
from typing import Any

import numpy as np

from services.scoring.drift.shifting import binned
from services.scoring.estimators.fitting import Fit
from services.scoring.estimators.forecast import distinct
from services.scoring.estimators.histogram import DAYS, Floats, Ints
from services.scoring.estimators.intervals import grouped
from services.scoring.estimators.summary import Summary

HORIZONS = (7, 14, 28, 56, 112)  # days after the cut-off; in between a smooth curve is drawn
_COARSE = 4_096  # distinct histories that suffice for a standard deviation
_STEP = 1e-4  # of a log parameter, for central differences


def expecting(fit: Fit[Any], seen: Summary) -> dict[str, Any] | None:
    """Return what a sound fit expects, as JSON; None of any other.

    mean: purchases of all customers together up to each horizon; by_chance, by_parameters: its standard
    deviations from what customers do, and from not knowing the parameters better. With it, who they were.
    """
    if fit.parameters is None or fit.covariance is None:
        return None
    timing, covariance = fit.parameters, fit.covariance
    rows, few = _distinct(seen), _coarse(seen)
    return {
        "days": list(HORIZONS),
        "mean": [_mean(timing, rows, days) for days in HORIZONS],
        "by_chance": [_variance(timing, few, days) ** 0.5 for days in HORIZONS],
        "by_parameters": [_unknown(timing, covariance, few, days) ** 0.5 for days in HORIZONS],
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


def _unknown(timing: Any, covariance: Floats, rows: Rows, days: int) -> float:  # noqa: ANN401 - as above
    """Return the variance of the mean from the covariance of the logarithms of the parameters."""
    given = asdict(timing)

    def moved(name: str, step: float) -> float:
        return _mean(type(timing)(**{**given, name: given[name] * np.exp(step)}), rows, days)

    slope = np.array([(moved(name, _STEP) - moved(name, -_STEP)) / (2 * _STEP) for name in given])
    return float(slope @ covariance @ slope)
