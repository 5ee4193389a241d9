"""Owns BG/BB, for what can happen once a period: a customer buys or not at each chance, until they stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from services.scoring.estimators.bgbb_likelihood import PeriodicLikelihood
from services.scoring.estimators.fitting import Likelihood
from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.timing import Timing

_STARTS = ((1.0, 1.0, 1.0, 3.0), (0.3, 1.0, 0.3, 3.0), (3.0, 3.0, 1.0, 10.0), (1.0, 0.3, 3.0, 3.0))


@dataclass(frozen=True, slots=True)
class BgBb(Timing):
    """At each chance a customer buys with a chance p ~ Beta(α, β), and stops before it with θ ~ Beta(γ, δ).

    Source: Fader, Hardie, Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting. A
    period (donation round, season, renewal) stands for the week of the other estimators: t_x, age and t are
    whole numbers of periods, and a histogram or summary has seven days for each. A customer seen x times in n
    and alive is again such a customer, with α + x, β + n − x, γ, δ + n.
    """

    code: ClassVar[str] = "bg_bb"
    rough: ClassVar[int] = 1 << 30  # there are few distinct histories, and none between two periods
    rate: ClassVar[tuple[str, int]] = ("alpha", 1)
    end: ClassVar[tuple[str, int]] = ("gamma", 1)

    alpha: float
    beta: float
    gamma: float
    delta: float

    @classmethod
    def likelihood(cls, histogram: Histogram) -> Likelihood:
        """Return the log-likelihood of α, β, γ, δ."""
        return PeriodicLikelihood(histogram)

    @classmethod
    def starts(cls, _: float) -> Iterator[Floats]:
        """Return parameters to climb from."""
        return map(np.array, _STARTS)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive at chance n | x, t_x, n): the last term's share in the sum of PeriodicLikelihood."""
        x, t_x, age = np.broadcast_arrays(*(_floats(one) for one in (x, t_x, age)))
        there = betaln(self.alpha + x, self.beta + age - x) + betaln(self.gamma, self.delta + age)
        odds = np.zeros(x.shape)
        for silent in range(int(np.max(age - t_x, initial=0))):
            last = t_x + silent
            gone = betaln(self.alpha + x, self.beta + last - x) + betaln(self.gamma + 1, self.delta + last)
            odds += np.where(last < age, np.exp(gone - there), 0.0)
        return np.asarray(1 / (1 + odds), np.float64)

    def purchases_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return E[Y(t) | x, alive at n]: (α+x)/(α+β+n) for each of the next t chances still there.

        Between two periods (a discount asks in twelfths) the expectation grows evenly.
        """
        x, age, t = np.broadcast_arrays(*(_floats(one) for one in (x, age, t)))
        chances = np.zeros(x.shape)
        for ahead in range(1, int(np.ceil(np.max(t, initial=0))) + 1):
            chances += self._stays(age, ahead) * np.clip(t - ahead + 1, 0, 1)
        return np.asarray((self.alpha + x) / (self.alpha + self.beta + age) * chances, np.float64)

    def p_active_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > 0 | x, alive at n)."""
        return self.p_more_if_alive(0, x, age, t)

    def p_more_if_alive(self, n: ArrayLike, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > n | x, alive): that purchase n + 1 comes at one of the next t chances.

        At chance k, if there: (k−1 over n) B(α+x+n+1, β+N−x+k−1−n)/B(α+x, β+N−x), after N chances so far.
        """
        n, x, age, t = np.broadcast_arrays(*(_floats(one) for one in (n, x, age, t)))
        alpha, beta, found = self.alpha + x, self.beta + age - x, np.zeros(n.shape)
        for ahead in range(1, int(np.max(t, initial=0)) + 1):
            missed = np.maximum(ahead - 1 - n, 0)
            ways = -betaln(n + 1, missed + 1) - np.log(n + missed + 1)
            logs = ways + betaln(alpha + n + 1, beta + missed) - betaln(alpha, beta)
            reached = (n < ahead) & (ahead <= t)
            found += np.where(reached, np.exp(logs) * self._stays(age, ahead), 0.0)
        return found

    def _stays(self, age: Floats, ahead: int) -> Floats:
        """Return the chance to be there for all of the next chances."""
        left = betaln(self.gamma, self.delta + age + ahead) - betaln(self.gamma, self.delta + age)
        return np.asarray(np.exp(left), np.float64)


def _floats(value: ArrayLike) -> Floats:
    return np.asarray(value, np.float64)
