"""Owns the part of a log-likelihood that counts purchases as if nobody had stopped."""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from services.scoring.estimators.histogram import DAYS, Floats, Histogram


class NegativeBinomial:
    """The log-likelihood of gamma purchase rates (r, α): ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T), summed.

    Needs only the totals per x and per T: logarithms are taken once per day of the calendar.
    """

    def __init__(self, histogram: Histogram) -> None:
        weights = histogram.count.astype(np.float64)
        self.by_x = np.bincount(histogram.x, weights)
        self.by_age = np.bincount(histogram.age, weights)
        self.x_by_age = np.bincount(histogram.age, weights * histogram.x)
        self.days = np.arange(len(self.by_age)) / DAYS

    def __call__(self, r: float, alpha: float) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (2) and Hessian (2 × 2)."""
        counts, n = np.arange(len(self.by_x)), self.by_x.sum()
        bought, exposed = r * self.by_age + self.x_by_age, alpha + self.days
        value = self.by_x @ gammaln(r + counts) + n * (r * np.log(alpha) - gammaln(r))
        value -= bought @ np.log(exposed)
        by_r = self.by_x @ digamma(r + counts) - n * digamma(r)
        by_r += n * np.log(alpha) - self.by_age @ np.log(exposed)
        by_alpha = n * r / alpha - bought @ (1 / exposed)
        curved = self.by_x @ polygamma(1, r + counts) - n * polygamma(1, r)
        mixed = n / alpha - self.by_age @ (1 / exposed)
        flat = bought @ exposed**-2 - n * r / alpha**2
        return float(value), np.array([by_r, by_alpha]), np.array([[curved, mixed], [mixed, flat]])
