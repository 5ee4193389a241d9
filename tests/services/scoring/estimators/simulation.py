"""Customers drawn from the models' stories, purchase by purchase, sharing no formula with the estimators."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.betageometric import BetaGeometric
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.paretonbd import ParetoNbd
from services.scoring.estimators.summary import Summary


@dataclass(frozen=True, slots=True)
class Season:
    """How all customers' rates swing over the year: 1 + swing · sin(2π·day/364), days counted from today."""

    swing: float = 0.0

    def after(self, day: Floats, effort: Floats) -> Floats:
        """Return when as much of the year's rate has passed since `day` as in `effort` average days."""
        return self._solve(self._passed(day) + effort) if self.swing else day + effort

    def _passed(self, day: Floats) -> Floats:
        return day - self.swing * 364 / (2 * np.pi) * np.cos(2 * np.pi * day / 364)

    def _solve(self, passed: Floats) -> Floats:
        days = np.arange(-5000.0, 5000.0)
        return np.asarray(np.interp(passed, self._passed(days), days), np.float64)


NO_SEASON = Season()


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was seen of each customer, whether still alive then, and what came after."""

    seen: Summary
    alive: NDArray[np.bool_]
    later: Ints
    later_value: Floats


def simulate(
    timing: BetaGeometric | ParetoNbd,
    spend: GammaGamma,
    age: Ints,
    weeks: float,
    seed: int,
    season: Season = NO_SEASON,
) -> Simulated:
    """Draw one customer per age in days, and their purchases in the weeks after."""
    draw, size = np.random.default_rng(seed), len(age)
    rate = draw.gamma(timing.r, 1 / timing.alpha, size) / 7
    repeats_in_a_life, life = _lives(timing, draw, size)
    clock, x, t_x, bought = np.zeros(size), np.zeros(size, int), np.zeros(size), np.zeros(size, int)
    later = np.zeros(size, int)
    going = np.flatnonzero(repeats_in_a_life > 0)
    while len(going):
        effort = draw.exponential(1 / rate[going])
        clock[going] = season.after(clock[going] - age[going], effort) + age[going]
        going = going[clock[going] <= np.minimum(age[going] + 7 * weeks, life[going])]
        bought[going] += 1
        seen = going[clock[going] <= age[going]]
        x[seen] += 1
        t_x[seen] = clock[seen]
        later[np.setdiff1d(going, seen, assume_unique=True)] += 1
        going = going[bought[going] < repeats_in_a_life[going]]
    scale = 1 / draw.gamma(spend.q, 1 / spend.v, size)
    mean = scale * draw.gamma(spend.p * np.maximum(x, 1)) / np.maximum(x, 1) * (x > 0)
    value = scale * draw.gamma(spend.p * np.maximum(later, 1)) * (later > 0)
    days = np.where(x > 0, np.clip(np.rint(t_x), 1, age), 0).astype(np.int64)
    alive = (x < repeats_in_a_life) & (life > age)
    return Simulated(Summary(x, days, np.asarray(age), mean), alive, later, value)


def _lives(timing: BetaGeometric | ParetoNbd, draw: np.random.Generator, size: int) -> tuple[Floats, Floats]:
    """Draw how many repeat purchases, and how many days, each customer stays for at most."""
    if isinstance(timing, ParetoNbd):
        rate = draw.gamma(timing.s, 1 / timing.beta, size) / 7
        return np.full(size, np.inf), draw.exponential(1 / np.maximum(rate, 1e-300))
    chance = draw.beta(timing.a, timing.b, size)
    return (draw.geometric(chance) - timing.at_first).astype(np.float64), np.full(size, np.inf)
