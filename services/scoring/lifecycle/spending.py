"""Owns how even a customer's spending is, and whether it grows, in the customer's own pace. Pure."""

import numpy as np

from services.scoring.lifecycle.purchases import Floats, Ints

_FEWEST = 3.0  # orders' weight that a slope is taken from


class Spending:
    """Weighted moments of the purchase days of `customers`: each order weighs `decay` times the next one.

    cv: standard deviation by mean of the money. slope: of log(1 + money) by day; growth_t: its t statistic,
    weighted least squares with (Σw)²/Σw² observations. Both NaN while too little is known. Counting by orders
    and not by days asks the same of who buys every week and of who buys twice a year.
    """

    def __init__(self, decay: float, customers: int) -> None:
        self._decay = decay
        self._sums = np.zeros((9, customers))
        self.cv, self.growth_t, self.slope = (np.full(customers, np.nan) for _ in range(3))

    def add(self, those: Ints, starts: Ints, time: Ints, money: Floats) -> None:
        """Count purchase days of `those`, each one's beginning at its start; time: days since the first."""
        ends = np.append(starts[1:], len(money))
        counts = ends - starts
        weight = self._decay ** (np.repeat(ends, counts) - 1 - np.arange(len(money)))
        spent, at = np.maximum(money, 0), time.astype(np.float64)
        log = np.log1p(spent)
        moments = (np.ones(len(money)), weight, spent, spent**2, at, at**2, log, log**2, at * log)
        now = np.stack([np.add.reduceat(weight * each, starts) for each in moments])
        faded = self._decay ** counts.astype(np.float64)
        sums = self._sums[:, those] * faded
        sums[1] *= faded  # of the squared weights
        sums += now
        self._sums[:, those] = sums
        self.cv[those] = _cv(sums)
        self.slope[those], self.growth_t[those] = _growth(sums)


def _cv(sums: Floats) -> Floats:
    weight, squared, money, squares = sums[:4]
    mean, n = money / weight, weight**2 / squared
    known = (n > 1.5) & (mean > 0)
    variance = np.maximum(squares / weight - mean**2, 0) * n / np.where(known, n - 1, 1)
    return np.where(known, np.sqrt(variance) / np.where(known, mean, 1), np.nan)


def _growth(sums: Floats) -> tuple[Floats, Floats]:
    weight, squared = sums[:2]
    at, at_squares, log, log_squares, product = sums[4:] / weight
    n = weight**2 / squared
    width, height = at_squares - at**2, log_squares - log**2
    known = (n > _FEWEST) & (width > 0)
    slope = (product - at * log) / np.where(known, width, 1)
    rest = np.maximum(height - slope**2 * width, 1e-9 * (1 + log_squares))
    error = np.sqrt(rest / np.where(known, (n - 2) * width, 1))
    return np.where(known, slope, np.nan), np.where(known, slope / error, np.nan)
