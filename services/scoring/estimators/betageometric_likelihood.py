"""Owns the log-likelihood of BG/NBD and MBG/NBD on counted histories, with its gradient and Hessian."""

import numpy as np
from scipy.special import digamma, expit, gammaln, polygamma

from services.scoring.estimators.histogram import Floats, Histogram
from services.scoring.estimators.negativebinomial import NegativeBinomial


class BetaGeometricLikelihood:
    """The log-likelihood of (r, α, a, b) for one histogram; call it with the four parameters.

    With k = at_first a customer contributes
      ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T) + ln B(a, b+x+k)/B(a, b) + ln(1 + R),
      R = a/(b+x+k−1) · ((α+T)/(α+t_x))^(r+x)   (R = 0 when x + k = 0),
    which is equation 6 of Fader, Hardie, Lee (2005) for k = 0 and the likelihood of Batislam, Denizel,
    Filiztekin (2007) for k = 1. All but ln(1 + R) needs only the totals per x and per T, and logarithms are
    taken once per day of the calendar.
    """

    def __init__(self, histogram: Histogram, at_first: int) -> None:
        self.at_first = at_first
        self.counting = NegativeBinomial(histogram)
        self.by_x, self.days = self.counting.by_x, self.counting.days
        seen = histogram.x + at_first > 0
        self.x, self.t_x, self.age = histogram.x[seen], histogram.t_x[seen], histogram.age[seen]
        self.weights = histogram.count[seen].astype(np.float64)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (4) and Hessian (4 × 4) at r, α, a, b."""
        r, alpha, a, b = (float(part) for part in theta)
        rates, chances, silences = self.counting(r, alpha), self._chances(a, b), self._silences(theta)
        gradient, hessian = silences[1], silences[2]
        gradient[:2] += rates[1]
        gradient[2:] += chances[1]
        hessian[:2, :2] += rates[2]
        hessian[2:, 2:] += chances[2]
        return rates[0] + chances[0] + silences[0], gradient, hessian

    def _chances(self, a: float, b: float) -> tuple[float, Floats, Floats]:
        """Return the chance of staying x + k times: ln B(a, b+x+k)/B(a, b)."""
        stayed, n = b + np.arange(len(self.by_x)) + self.at_first, self.by_x.sum()
        value = self.by_x @ (gammaln(stayed) - gammaln(a + stayed)) + n * (gammaln(a + b) - gammaln(b))
        by_a = n * digamma(a + b) - self.by_x @ digamma(a + stayed)
        by_b = by_a + self.by_x @ digamma(stayed) - n * digamma(b)
        hessian = np.full((2, 2), n * polygamma(1, a + b) - self.by_x @ polygamma(1, a + stayed))
        hessian[1, 1] += self.by_x @ polygamma(1, stayed) - n * polygamma(1, b)
        return float(value), np.array([by_a, by_b]), hessian

    def _silences(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Having stopped at t_x as the other explanation of the silence since: ln(1 + R)."""
        r, alpha, a, b = (float(part) for part in theta)
        logs, inverse = np.log(alpha + self.days), 1 / (alpha + self.days)
        rate, chance = r + self.x, 1 / (b + self.x + self.at_first - 1)
        to_rate = logs[self.age] - logs[self.t_x]
        shift = inverse[self.age] - inverse[self.t_x]
        odds = np.log(a * chance) + rate * to_rate
        stopped = expit(odds)
        value = self.weights @ np.logaddexp(0, odds)
        # odds' own derivatives by r, α, a, b; the second ones vanish but for (r, α), (α, α), (a, a), (b, b)
        first = np.stack([to_rate, rate * shift, np.full(len(odds), 1 / a), -chance])
        weight = self.weights * stopped
        hessian = (first * (weight * (1 - stopped))) @ first.T
        hessian[0, 1] += weight @ shift
        hessian[1, 0] = hessian[0, 1]
        hessian[1, 1] -= (weight * rate * shift) @ (inverse[self.age] + inverse[self.t_x])
        hessian[2, 2] -= weight.sum() / a**2
        hessian[3, 3] += weight @ chance**2
        return float(value), first @ weight, hessian
