"""Owns Gamma-Gamma: what a customer spends on a purchase day, learned from the repeat days."""

from dataclasses import astuple, dataclass, fields
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln, polygamma

from services.scoring.estimators.fitting import FEWEST_REPEAT_BUYERS, Fit, Status, best, judge, too_few
from services.scoring.estimators.histogram import Floats, SpendHistogram

_STARTS = ((1.0, 2.0), (10.0, 2.0), (1.0, 10.0), (10.0, 10.0))  # (p, q); v follows from the mean spend


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Spend on a day ~ Gamma(p, ν) with ν ~ Gamma(q, v) across customers, independent of how often they buy.

    Source: Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value. v is in the unit of the amounts.
    """

    code: ClassVar[str] = "gamma_gamma"

    p: float
    q: float
    v: float

    @classmethod
    def fit(cls, histogram: SpendHistogram) -> Fit[Self]:
        """Fit by maximum likelihood to repeat buyers with positive spend."""
        customers = histogram.customers
        if reason := too_few(customers, customers, fewest_customers=FEWEST_REPEAT_BUYERS):
            return Fit(Status.NOT_ENOUGH_DATA, reason, customers, customers)
        mean = float(histogram.total @ histogram.count) / float(histogram.x @ histogram.count)
        # v is fitted in units of the mean spend, or the bounds would mean another thing in each currency
        likelihood = GammaGammaLikelihood(histogram, mean)
        found = best(likelihood, likelihood, [np.array([p, q, (q - 1) / p]) for p, q in _STARTS])
        status, reason, covariance = judge(found, (field.name for field in fields(cls)))
        p, q, v = map(float, found.theta)
        value = found.log_likelihood - customers * float(np.log(mean))
        if status is Status.OK and q <= 1:
            status, reason, covariance = Status.DEGENERATE, "q ≤ 1: mean spend would be infinite", None
        return Fit(status, reason, customers, customers, cls(p, q, v * mean), covariance, value)

    def standard_errors(self, covariance: Floats) -> Floats:
        """Return the standard errors of p, q, v from the covariance of their logarithms."""
        return np.array(astuple(self)) * np.sqrt(np.diag(covariance))

    @property
    def population_mean(self) -> float:
        """Return E[spend on a day] of a customer never seen, p·v/(q−1); infinite for q ≤ 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")

    def expected_spend(self, x: ArrayLike, mean: ArrayLike) -> Floats:
        """Return E[spend on a day | x repeat days of `mean` each] = p(v + x·mean)/(px + q − 1).

        A mean below zero (refunds exceed purchases) counts as zero. Infinite where px + q ≤ 1.
        """
        x, mean = np.asarray(x, np.float64), np.maximum(np.asarray(mean, np.float64), 0)
        shape = self.p * x + self.q - 1
        with np.errstate(divide="ignore"):
            return np.asarray(
                np.where(shape > 0, self.p * (self.v + x * mean) / np.maximum(shape, 0), np.inf), np.float64
            )


class GammaGammaLikelihood:
    """The log-likelihood of (p, q, v) in units of `unit` money; call it with the three parameters.

    With s = x·mean: ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln v + px ln s − ln mean − (px+q) ln(v+s),
    equation 1a of Fader, Hardie (2013). Gamma functions are taken once per x.
    """

    def __init__(self, histogram: SpendHistogram, unit: float) -> None:
        self.weights = histogram.count.astype(np.float64)
        self.x, self.total = histogram.x.astype(np.float64), histogram.total / unit
        self.by_x = np.bincount(histogram.x, self.weights)[1:]
        logs = np.log(self.total)
        self.x_log_total = float((self.weights * self.x) @ logs)
        self.log_means = float(self.weights @ (logs - np.log(self.x)))

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (3) and Hessian (3 × 3) at p, q, v."""
        p, q, v = (float(part) for part in theta)
        x, weights, n = np.arange(1, len(self.by_x) + 1), self.by_x, self.by_x.sum()
        logs, inverse = np.log(v + self.total), 1 / (v + self.total)
        shape, shapes = p * self.x + q, p * x + q
        sum_logs, sum_inverse = self.weights @ logs, self.weights @ inverse
        sum_x_logs, sum_x_inverse = (self.weights * self.x) @ logs, (self.weights * self.x) @ inverse
        value = weights @ (gammaln(shapes) - gammaln(p * x)) + n * (q * np.log(v) - gammaln(q))
        value += p * self.x_log_total - self.log_means - (self.weights * shape) @ logs
        psi, trigamma = digamma(shapes), polygamma(1, shapes)
        gradient = np.array(
            [
                (weights * x) @ (psi - digamma(p * x)) + self.x_log_total - sum_x_logs,
                weights @ psi + n * (np.log(v) - digamma(q)) - sum_logs,
                n * q / v - p * sum_x_inverse - q * sum_inverse,
            ]
        )
        pp = (weights * x**2) @ (trigamma - polygamma(1, p * x))
        pq, pv = (weights * x) @ trigamma, -sum_x_inverse
        qq, qv = weights @ trigamma - n * polygamma(1, q), n / v - sum_inverse
        vv = (self.weights * shape) @ inverse**2 - n * q / v**2
        return float(value), gradient, np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]])
