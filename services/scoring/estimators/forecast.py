"""Owns what fitted estimators expect of each customer over a horizon: purchases, spend, value."""

from dataclasses import dataclass

import numpy as np

from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.histogram import DAYS, Floats, Ints, pack, unpack
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

YEAR = 52.0  # weeks
_PARTS = 12


@dataclass(frozen=True, slots=True)
class Horizon:
    """What a value covers: weeks from the cut-off, at a yearly discount rate, at a margin on spend."""

    weeks: float = YEAR
    discount: float = 0.0
    margin: float = 1.0

    def __post_init__(self) -> None:
        if not (self.weeks > 0 and self.discount > -1):
            message = f"no value over {self.weeks} weeks at a discount of {self.discount}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expectations per customer over the horizon; arrays of one length, money in the unit of the spend.

    value = p_alive · purchases_if_alive · value_per_purchase, with purchases discounted and the margin inside
    the value per purchase. p_active: chance of at least one purchase. purchases: expected, undiscounted.
    """

    p_alive: Floats
    p_active: Floats
    purchases: Floats
    purchases_if_alive: Floats
    value_per_purchase: Floats
    value: Floats


TWELVE_MONTHS = Horizon()


def forecast(
    timing: Timing, spend: GammaGamma, customers: Summary, horizon: Horizon = TWELVE_MONTHS
) -> Forecast:
    """Return expectations for every customer; equal histories, and equal (x, T), are computed once."""
    (x, t_x, days), row = distinct(customers.x, customers.t_x, customers.age)
    alive = timing.p_alive(x, t_x / DAYS, days / DAYS)
    (x, _, days), pair = distinct(x, np.zeros_like(x), days)
    plain = timing.purchases_if_alive(x, days / DAYS, horizon.weeks)
    discounted = plain * present_share(timing, x, days / DAYS, horizon)
    active = timing.p_active_if_alive(x, days / DAYS, horizon.weeks)
    each = horizon.margin * spend.expected_spend(customers.x, customers.spend)
    p_alive, pair = alive[row], pair[row]
    return Forecast(
        p_alive=p_alive,
        p_active=p_alive * active[pair],
        purchases=p_alive * plain[pair],
        purchases_if_alive=discounted[pair],
        value_per_purchase=each,
        value=p_alive * discounted[pair] * each,
    )


def distinct(x: Ints, t_x: Ints, age: Ints) -> tuple[tuple[Ints, Ints, Ints], Ints]:
    """Return the distinct histories (x, t_x, age in days), and for each customer the row of its own."""
    keys, row = np.unique(pack(x, t_x, age), return_inverse=True)
    return unpack(keys), row


def present_share(timing: Timing, x: Ints, age: Floats, horizon: Horizon) -> Floats:
    """Return by what share discounting shrinks the expected purchases of each (x, T in weeks).

    Purchases count as paid in the middle of their twelfth of the horizon.
    """
    if horizon.discount == 0:
        return np.ones(len(x))
    edges = np.linspace(0, horizon.weeks, _PARTS + 1)
    counts = np.stack([timing.purchases_if_alive(x, age, edge) for edge in edges])
    factors = (1 + horizon.discount) ** (-(edges[:-1] + edges[1:]) / 2 / YEAR)
    return np.asarray(factors @ np.diff(counts, axis=0) / counts[-1], np.float64)
