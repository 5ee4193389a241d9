"""Owns what BG/NBD and MBG/NBD share: gamma purchase rates, beta drop-out chances, their predictions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from services.scoring.estimators.betageometric_likelihood import BetaGeometricLikelihood
from services.scoring.estimators.fitting import Likelihood
from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.timing import Timing

# (r, a, b): every mix of even, uneven and very uneven rates and drop-out; α follows from the mean rate
_STARTS = ((1.0, 1.0, 1.0), (0.1, 0.1, 1.0), (10.0, 1.0, 10.0), (0.1, 10.0, 10.0), (10.0, 0.1, 10.0))


@dataclass(frozen=True, slots=True)
class BetaGeometric(Timing):
    """Customers buy at rate λ ~ Gamma(r, α) a week, and after a purchase stop with chance p ~ Beta(a, b).

    `at_first` is 1 when the very first purchase can already be the last one (MBG/NBD), 0 when not (BG/NBD).
    A customer seen x times and alive at T is again such a customer, with r + x, α + T, a and
    b + x + at_first; every prediction below follows from that.
    """

    rough: ClassVar[int] = 16_384
    end: ClassVar[tuple[str, int]] = ("a", 1)
    at_first: ClassVar[int]

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def likelihood(cls, histogram: Histogram) -> Likelihood:
        """Return the log-likelihood of r, α, a, b."""
        return BetaGeometricLikelihood(histogram, cls.at_first)

    @classmethod
    def starts(cls, weeks: float) -> Iterator[Floats]:
        """Return parameters to climb from; α follows from the mean rate."""
        return (np.array([r, r * weeks, a, b]) for r, a, b in _STARTS)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive at T | x, t_x, T) = 1 / (1 + a/(b+x+k−1) · ((α+T)/(α+t_x))^(r+x)), k = at_first.

        BG/NBD: 1 where x = 0, since nobody can stop before a repeat purchase (Fader, Hardie, Lee 2005).
        """
        x, t_x, age = _floats(x), _floats(t_x), _floats(age)
        stopped = x + self.at_first > 0
        chances = np.where(stopped, self.b + x + self.at_first - 1, 1.0)
        silence = np.log((self.alpha + age) / (self.alpha + t_x))
        odds = np.log(self.a / chances) + (self.r + x) * silence
        return np.where(stopped, special.expit(-odds), 1.0)

    def purchases_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return E[Y(t) | x, alive at T], purchases in the t weeks after T.

        (a+β−1)/(a−1) · (1 − (1−z)^ρ ₂F₁(ρ, β; a+β−1; z)) with ρ = r+x, β = b+x+k, z = t/(α+T+t): equation 10
        of Fader, Hardie, Lee (2005). By Euler's transformation (1−z)^ρ ₂F₁(ρ, β; γ; z) equals
        (1−z)^(a−1) ₂F₁(γ−ρ, a−1; γ; z), where γ−ρ does not grow with x, so no history overflows it.
        """
        x, age, t = _floats(x), _floats(age), _floats(t)
        near_one = abs(self.a - 1) < 1e-5  # 0/0 at a = 1: the mean of both sides is exact to 1e-8
        sides = (1 - 1e-4, 1 + 1e-4) if near_one else (self.a,)
        total = sum((self._purchases_if_alive(a, x, age, t) for a in sides), start=np.float64(0))
        return np.asarray(total / len(sides), np.float64)

    def _purchases_if_alive(self, a: float, x: Floats, age: Floats, t: Floats) -> Floats:
        gamma = a + self.b + x + self.at_first - 1
        z = t / (self.alpha + age + t)
        constant = a + self.b + self.at_first - 1 - self.r
        stopped = np.power(1 - z, a - 1) * special.hyp2f1(constant, a - 1, gamma, z)
        return np.asarray(gamma / (a - 1) * (1 - stopped), np.float64)

    def p_active_if_alive(self, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > 0 | x, alive at T) = 1 − ((α+T)/(α+T+t))^(r+x)."""
        x, age, t = _floats(x), _floats(age), _floats(t)
        return np.asarray(-np.expm1(-(self.r + x) * np.log1p(t / (self.alpha + age))), np.float64)

    def p_more_if_alive(self, n: ArrayLike, x: ArrayLike, age: ArrayLike, t: ArrayLike) -> Floats:
        """Return P(Y(t) > n | x, alive at T).

        Y is the smaller of two independent counts: purchases at rate λ in t weeks (negative binomial), and
        the purchase after which the customer stops, so both must exceed n: I_z(n+1, r+x) · B(a, β+n)/B(a, β)
        with β = b+x+k, z = t/(α+T+t). Its differences are equation 8 of Fader, Hardie, Lee (2005) for a
        customer with a history.
        """
        n, x, age, t = _floats(n), _floats(x), _floats(age), _floats(t)
        beta = self.b + x + self.at_first
        stays = special.betaln(self.a, beta + n) - special.betaln(self.a, beta)
        return np.asarray(
            special.betainc(n + 1, self.r + x, t / (self.alpha + age + t)) * np.exp(stays), np.float64
        )


def _floats(value: ArrayLike) -> Floats:
    return np.asarray(value, np.float64)
