"""Owns how uncertain the value of all customers together is: chance and unknown parameters."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
from scipy import special

from services.scoring.estimators.fitting import Fit
from services.scoring.estimators.forecast import TWELVE_MONTHS, Horizon, distinct, forecast, present_share
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import DAYS, Floats
from services.scoring.estimators.intervals import LEVELS, grouped
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

_STEP = 1e-4  # of a log parameter, for central differences
Model = TypeVar("Model", Timing, GammaGamma)


@dataclass(frozen=True, slots=True)
class Total:
    """The whole base's value: its mean and quantiles, and the standard deviations they come from.

    by_chance: what customers do; by_parameters: not knowing the parameters better than the fit does.
    """

    mean: float
    p10: float
    p50: float
    p90: float
    by_chance: float
    by_parameters: float


def total(
    timing: Fit[Timing], spend: Fit[GammaGamma], customers: Summary, horizon: Horizon = TWELVE_MONTHS
) -> Total:
    """Return the value of all customers together, lognormal with the mean and variance of the sum.

    ValueError unless both fits are ok, without customers, or when spend has no finite variance (px + q ≤ 2).
    """
    frequency, timing_covariance = _sound(timing)
    money, spend_covariance = _sound(spend)
    mean = float(forecast(frequency, money, customers, horizon).value.sum())
    if mean <= 0:
        raise ValueError("nothing is expected of nobody")
    by_timing = _slope(frequency, lambda moved: forecast(moved, money, customers, horizon).value.sum())
    by_spend = _slope(money, lambda moved: forecast(frequency, moved, customers, horizon).value.sum())
    unknown = float(by_timing @ timing_covariance @ by_timing + by_spend @ spend_covariance @ by_spend)
    return _spread(mean, _variance(frequency, money, customers, horizon), unknown)


def total_purchases(timing: Fit[Timing], customers: Summary, weeks: float = TWELVE_MONTHS.weeks) -> Total:
    """Return the purchases of all customers together in the weeks to come; chances and errors as above."""
    frequency, covariance = _sound(timing)
    (x, t_x, days), row = distinct(customers.x, customers.t_x, customers.age)

    def expected(moved: Timing) -> Floats:
        return moved.expected_purchases(x, t_x / DAYS, days / DAYS, weeks)[row]

    mean = float(expected(frequency).sum())
    if mean <= 0:
        raise ValueError("nothing is expected of nobody")
    slope = _slope(frequency, lambda moved: expected(moved).sum())
    (pair_x, _, pair_days), pair = distinct(x, np.zeros_like(x), days)
    squares = np.empty(len(pair_x))
    for group, counts in grouped(frequency, pair_x, pair_days / DAYS, weeks):
        squares[group] = counts.p @ counts.n**2
    alive = frequency.p_alive(x, t_x / DAYS, days / DAYS)
    chance = float(((alive * squares[pair])[row] - expected(frequency) ** 2).sum())
    return _spread(mean, chance, float(slope @ covariance @ slope))


def _spread(mean: float, chance: float, unknown: float) -> Total:
    """Return the lognormal of this mean whose variance is that of chance and of unknown parameters."""
    spread = np.log1p((chance + unknown) / mean**2)
    p10, p50, p90 = np.exp(np.log(mean) - spread / 2 + np.sqrt(spread) * special.ndtri(LEVELS))
    return Total(mean, float(p10), float(p50), float(p90), chance**0.5, unknown**0.5)


def _sound(fit: Fit[Model]) -> tuple[Model, Floats]:
    if fit.parameters is None or fit.covariance is None:
        message = f"no interval from this fit: {fit.reason}"
        raise ValueError(message)
    return fit.parameters, fit.covariance


def _slope(model: Model, outcome: Callable[[Model], float]) -> Floats:
    """Return the derivatives of an outcome by the logarithms of the model's parameters."""
    given = asdict(model)

    def moved(name: str, step: float) -> float:
        return outcome(type(model)(**{**given, name: given[name] * np.exp(step)}))

    return np.array([(moved(name, _STEP) - moved(name, -_STEP)) / (2 * _STEP) for name in given])


def _variance(timing: Timing, spend: GammaGamma, customers: Summary, horizon: Horizon) -> float:
    """Return the variance of the sum at known parameters, where customers are independent.

    A value is (v + x·mean)·G/H, see `quantiles`: E[G²] = pn(pn + 1), E[1/H²] = 1/((q'−1)(q'−2)), q' = q + px.
    """
    q = spend.q + spend.p * customers.x
    if q.min() <= 2:
        message = f"spend has no finite variance at q = {spend.q:.3g}"
        raise ValueError(message)
    (x, _, days), row = distinct(customers.x, np.zeros_like(customers.x), customers.age)
    squares = np.empty(len(x))
    for group, counts in grouped(timing, x, days / DAYS, horizon.weeks):
        squares[group] = counts.p @ (spend.p * counts.n * (spend.p * counts.n + 1))
    expected = forecast(timing, spend, customers, horizon)
    squares *= present_share(timing, x, days / DAYS, horizon) ** 2
    scale = horizon.margin * (spend.v + customers.x * np.maximum(customers.spend, 0))
    return float((expected.p_alive * squares[row] * scale**2 / ((q - 1) * (q - 2)) - expected.value**2).sum())
