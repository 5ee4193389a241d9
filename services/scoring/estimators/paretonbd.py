"""Owns Pareto/NBD, the challenger: a customer can stop at any moment, whether or not after a purchase."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from services.scoring.estimators.fitting import Likelihood
from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.paretonbd_likelihood import ParetoLikelihood
from services.scoring.estimators.timing import Timing
from services.scoring.estimators.unseen import chunks, integral

# (r, s, β over the mean weeks between purchases): even and uneven rates, early, even and late ends
_STARTS = ((1.0, 0.5, 1.0), (0.3, 1.0, 0.3), (3.0, 0.3, 3.0), (0.3, 3.0, 10.0))
_AT, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_BELOW, _ABOVE = 8.0, 16.0  # deviations around the mean that hold all but 1e-6 of a beta's mass


@dataclass(frozen=True, slots=True)
class ParetoNbd(Timing):
    """Customers buy at rate λ ~ Gamma(r, α) a week and stop at rate μ ~ Gamma(s, β) a week.

    Source: Schmittlein, Morrison, Colombo (1987), Counting Your Customers. A customer seen x times and alive
    at T is again such a customer, with r + x, α + T, s, β + T; every prediction below follows from that.
    """

    code: ClassVar[str] = "pareto_nbd"
    rough: ClassVar[int] = 2048
    end: ClassVar[tuple[str, int]] = ("beta", -1)

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def likelihood(cls, histogram: Histogram) -> Likelihood:
        """Return the log-likelihood of r, α, s, β."""
        return ParetoLikelihood(histogram)

    @classmethod
    def starts(cls, weeks: float) -> Iterator[Floats]:
        """Return parameters to climb from; α follows from the mean rate."""
        return (np.array([r, r * weeks, s, beta * weeks]) for r, s, beta in _STARTS)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive at T | x, t_x, T) = 1/(1 + R), with the odds R of ParetoLikelihood."""
        x, t_x, age = _floats(x), _floats(t_x), _floats(age)
        unseen = integral((self.r + x, self.alpha), (self.s, self.beta), t_x, age)
        silence = (self.r + x) * np.log((self.alpha + age) / (self.alpha + t_x))
        silence += self.s * np.log((self.beta + age) / (self.beta + t_x))
        with np.errstate(divide="ignore"):  # nobody stops in no time
            return np.asarray(special.expit(-np.log(self.s * unseen) - silence), np.float64)

    def purchases_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return E[Y(t) | x, alive at T] = (r+x)(β+T)/((α+T)(s−1)) · (1 − ((β+T)/(β+T+t))^(s−1)).

        Equation 41 of Fader, Hardie (2005) given alive; at s = 1 its limit, the logarithm.
        """
        x, age, t = _floats(x), _floats(age), _floats(t)
        logs = np.log1p(t / (self.beta + age))
        weeks = (self.beta + age) * logs * special.exprel((1 - self.s) * logs)
        return np.asarray((self.r + x) / (self.alpha + age) * weeks, np.float64)

    def p_active_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > 0 | x, alive at T), that the next purchase comes before the end and before t.

        (r+x) ∫ ((α+T)/(α+τ))^(r+x) ((β+T)/(β+τ))^s dτ/(α+τ) over T ≤ τ ≤ T+t.
        """
        rho, age = self.r + _floats(x), _floats(age)
        return rho * integral((self.s, self.beta), (rho, self.alpha), age, age + _floats(t))

    def p_more_if_alive(self, n: ArrayLike, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > n | x, alive at T), that purchase n + 1 comes before the end and before t.

        In z = u/(α+T+u), u weeks after T, that purchase's moment is Beta(n+1, r+x): the integral over z up to
        t/(α+T+t) of its density and of the chance ((β+T)/(β+T+u))^s to have stayed until then.
        """
        parts = np.broadcast_arrays(*(_floats(one) for one in (n, x, age, t)))
        number, bought, aged, ahead = (one.ravel() for one in parts)
        found = np.empty(len(number))
        for some in chunks(len(number)):
            found[some] = self._p_more(number[some], self.r + bought[some], aged[some], ahead[some])
        return found.reshape(parts[0].shape)

    def _p_more(self, n: Floats, rho: Floats, age: Floats, t: Floats) -> Floats:
        mean = (n + 1) / (n + 1 + rho)
        deviation = np.sqrt(mean * (1 - mean) / (n + 2 + rho))
        end = t / (self.alpha + age + t)
        high = np.minimum(mean + _ABOVE * deviation, end)
        # where the end cuts off the mass, what is left falls as the n-th power of z
        low = np.minimum(mean, end)
        low = np.maximum(low - np.maximum(_BELOW * deviation, 30 * low / (n + 1)), 0)
        half = (high - low) / 2
        z = low + half * (1 + _AT[:, None])
        older = (self.alpha + age) / (self.beta + age) - 1
        logs = n * np.log(z) + (rho - 1 + self.s) * np.log1p(-z) - self.s * np.log1p(older * z)
        return np.asarray(half * (_WEIGHTS @ np.exp(logs - special.betaln(n + 1, rho))), np.float64)


def _floats(value: ArrayLike) -> Floats:
    return np.asarray(value, np.float64)
