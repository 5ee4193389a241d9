"""How often nominal 80 % intervals hold what came: estimators fitted to simulated customers of three kinds.

Most customers buy nothing, and zero has a chance F₀ of its own that no interval can divide. So a zero counts
by the part of its chance that lies between 10 % and 90 %, (min(F₀, .9) − .1)/F₀: what it would do on average
if ties were broken at random. A value above zero counts when it lies in p10..p90. Then 80 % is right for all.
"""

from dataclasses import dataclass

import numpy as np

from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.bgnbd import BgNbd
from services.scoring.estimators.forecast import forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import Floats
from services.scoring.estimators.intervals import quantiles
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.timing import Timing
from tests.services.scoring.estimators.simulation import NO_SEASON, Season, Simulated, simulate

WEEKS = 52.0
SPEND = GammaGamma(6.25, 3.74, 15.44)
# seen for one to two years; in the third, rates swing between half and one and a half times the average
SIMULATORS: dict[str, tuple[BgNbd | ParetoNbd, Season]] = {
    "BG/NBD": (BgNbd(0.8, 6.0, 0.8, 3.0), NO_SEASON),
    "Pareto/NBD": (ParetoNbd(0.8, 6.0, 0.6, 20.0), NO_SEASON),
    "seasonal": (ParetoNbd(0.8, 6.0, 0.6, 20.0), Season(0.5)),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of the customers whose outcome lay where nominally 80 % do; `above_zero`: those with p10 > 0."""

    value: float
    purchases: float
    above_zero: float


def drawn(simulator: str, customers: int, seed: int) -> Simulated:
    """Draw customers of a kind and their next year."""
    timing, season = SIMULATORS[simulator]
    age = np.random.default_rng(seed).integers(364, 728, customers)
    return simulate(timing, SPEND, age, WEEKS, seed, season)


def coverage(estimator: str, base: Simulated) -> Coverage:
    """Fit to what was seen, and compare with what came."""
    timing = ESTIMATORS[estimator].fit(base.seen.histogram()).parameters
    spend = GammaGamma.fit(base.seen.spend_histogram()).parameters
    assert timing is not None
    assert spend is not None
    low, _, high = quantiles(timing, spend, base.seen).T
    none = 1 - forecast(timing, spend, base.seen).p_active
    tied = (np.minimum(none, 0.9) - np.minimum(none, 0.1)) / none
    inside = (low <= base.later_value) & (base.later_value <= high)
    held = np.where(base.later_value > 0, inside, tied)
    above = low > 0
    return Coverage(float(held.mean()), float(_held(timing, base).mean()), float(inside[above].mean()))


def _held(timing: Timing, base: Simulated) -> Floats:
    """Return which part of the chance of what came lies between 10 % and 90 %, for numbers of purchases."""
    seen, (t_x, age) = base.seen, base.seen.weeks
    alive = timing.p_alive(seen.x, t_x, age)
    at_most = 1 - alive * timing.p_more_if_alive(base.later, seen.x, age, WEEKS)
    fewer = 1 - alive * timing.p_more_if_alive(np.maximum(base.later - 1, 0), seen.x, age, WEEKS)
    fewer = np.where(base.later > 0, fewer, 0.0)
    part = np.clip(at_most, 0.1, 0.9) - np.clip(fewer, 0.1, 0.9)
    return np.asarray(part / np.maximum(at_most - fewer, 1e-300), np.float64)
