"""Owns how long a customer may be silent: the predictive distribution of the next purchase. Pure."""

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
DAYS = 7.0  # in a week: estimators think in weeks


@runtime_checkable
class Timing(Protocol):
    """A fitted estimator whose customers buy at a gamma rate: shape r, scale 1/α (weeks)."""

    @property
    def r(self) -> float:
        """The shape of the rates."""
        ...

    @property
    def alpha(self) -> float:
        """Their scale."""
        ...

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return P(alive at T | x, t_x, T); times in weeks."""
        ...


@dataclass(frozen=True, slots=True)
class Unfitted:
    """What stands in for an estimator without enough data: a mean rate, and nothing known about leaving."""

    alpha: float
    r: float = 1.0

    @classmethod
    def of(cls, mean_gap_days: float | None) -> Self:
        """Return that of a firm whose customers' mean gap is this; a quarter when nobody has come twice."""
        return cls((mean_gap_days or 91.0) / DAYS)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
        """Return NaN: unknown."""
        return np.full(np.broadcast(np.asarray(x), np.asarray(t_x), np.asarray(age)).shape, np.nan)


def gap_quantile(timing: Timing, x: Floats, t_x: Floats, level: float) -> Floats:
    """Return the days within which, by `level`, a customer still alive after the last purchase buys again.

    x repeat purchases within t_x days, alive at the last of them: then λ | x, t_x ~ Gamma(r + x, α + t_x),
    whatever the chance of leaving, since that does not depend on λ (BG, MBG: Fader, Hardie, Lee 2005;
    Pareto/NBD: Schmittlein, Morrison, Colombo 1987). The gap is exponential at rate λ, hence Lomax:
    P(G > g) = ((α + t_x)/(α + t_x + g))^(r + x), g_q = (α + t_x)·((1 − q)^(−1/(r + x)) − 1).
    """
    exponent = -np.log1p(-level) / (timing.r + x)
    return np.asarray((timing.alpha * DAYS + t_x) * np.expm1(np.minimum(exponent, 300.0)), np.float64)
