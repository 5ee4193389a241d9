"""Owns the shifted beta-geometric: how long contract customers stay, when each renewal can be the end."""

from dataclasses import astuple, dataclass, fields
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, gammaln, polygamma

from services.scoring.estimators.fitting import FEWEST_REPEAT_BUYERS, Fit, Status, best, judge, too_few
from services.scoring.estimators.histogram import Floats
from services.scoring.estimators.lives import Lives

_ADDED, _PANELS = 512, 24
_AT, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_STARTS = ((1.0, 1.0), (0.2, 1.0), (1.0, 5.0), (5.0, 20.0))


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """At each renewal a customer leaves with a chance of their own, Beta(α, β) across customers.

    Source: Fader, Hardie (2007), How to Project Customer Retention. Times are numbers of renewals; t and
    `renewed` (renewals so far of a customer who is there) broadcast against each other. After n renewals a
    customer is again such a customer, with α and β + n.
    """

    code: ClassVar[str] = "shifted_beta_geometric"

    alpha: float
    beta: float

    @classmethod
    def fit(cls, lives: Lives) -> Fit[Self]:
        """Fit by maximum likelihood to lives that are over and lives that are not.

        The fit's `repeat_buyers` are those who renewed at least once; at least 30 must have left as well.
        """
        customers, renewed, lost = lives.customers, lives.renewed, int(lives.lost.sum())
        reason = too_few(customers, renewed)
        if not reason and lost < FEWEST_REPEAT_BUYERS:
            reason = f"{lost} contracts ended; at least {FEWEST_REPEAT_BUYERS} are needed"
        if reason:
            return Fit(Status.NOT_ENOUGH_DATA, reason, customers, renewed)
        likelihood = RenewalLikelihood(lives)
        found = best(likelihood, likelihood, map(np.array, _STARTS))
        status, reason, covariance = judge(found, (field.name for field in fields(cls)))
        alpha, beta = map(float, found.theta)
        return Fit(status, reason, customers, renewed, cls(alpha, beta), covariance, found.log_likelihood)

    def standard_errors(self, covariance: Floats) -> Floats:
        """Return the standard errors of α, β from the covariance of their logarithms."""
        return np.array(astuple(self)) * np.sqrt(np.diag(covariance))

    def retention(self, t: ArrayLike) -> Floats:
        """Return the share of those who come to renewal t = 1, 2, ... that renews: (β+t−1)/(α+β+t−1)."""
        t = np.asarray(t, np.float64)
        return np.asarray((self.beta + t - 1) / (self.alpha + self.beta + t - 1), np.float64)

    def survival(self, t: ArrayLike, renewed: ArrayLike = 0) -> Floats:
        """Return P(still there after t more renewals | there after `renewed`) = B(α, β+n+t)/B(α, β+n)."""
        beta = self.beta + np.asarray(renewed, np.float64)
        left = betaln(self.alpha, beta + np.asarray(t, np.float64)) - betaln(self.alpha, beta)
        return np.asarray(np.exp(left), np.float64)

    def residual_lifetime(self, renewed: ArrayLike, discount: float) -> Floats:
        """Return the discounted expected residual lifetime, in periods; the next one counts in full.

        Σ over t ≥ 0 of P(there after t + 1 more renewals)/(1+d)^t, with d per period: Fader, Hardie (2010),
        Customer-Base Valuation in a Contractual Setting, whose closed form in ₂F₁ has no digits left in
        doubles where d is small. Here the first terms are added up, and the rest is their integral with the
        first corrections of Euler and Maclaurin. ValueError unless d > 0: without, the sum may have no end.
        """
        if not discount > 0:
            message = f"no residual lifetime at a discount of {discount} per period"
            raise ValueError(message)
        each, row = np.unique(np.asarray(renewed, np.float64), return_inverse=True)
        fall = np.log1p(discount)

        def term(t: Floats) -> Floats:
            return np.asarray(self.survival(t + 1, each[:, None]) * np.exp(-fall * t), np.float64)

        first = term(np.arange(_ADDED, dtype=np.float64)).sum(axis=1)
        # after t = ADDED · e^v, in panels of v up to where nothing is left
        panels = np.linspace(0, np.log(1 + 60 / fall / _ADDED), _PANELS + 1)
        v = ((panels[:-1] + panels[1:])[:, None] + np.diff(panels)[:, None] * _AT).ravel() / 2
        t, weight = _ADDED * np.exp(v), (np.diff(panels)[:, None] * _WEIGHTS).ravel() / 2
        rest = (term(t) * t) @ weight
        before, at, after = term(np.array([_ADDED - 1.0, _ADDED, _ADDED + 1.0])).T
        found = first + rest + at / 2 - (after - before) / 24
        return np.asarray(found[row].reshape(np.shape(renewed)), np.float64)


class RenewalLikelihood:
    """The log-likelihood of (α, β) for counted lives; call it with the two parameters.

    Who left at renewal t has the chance B(α+1, β+t−1)/B(α, β), who is there after t has B(α, β+t)/B(α, β):
    equation B3 of Fader, Hardie (2007), with lives that are not over at any t.
    """

    def __init__(self, lives: Lives) -> None:
        self.seen = (lives.lost + lives.kept).astype(np.float64)  # by the renewals they came to
        self.renewed = (lives.kept + np.append(lives.lost[1:], 0)).astype(np.float64)  # by those they made
        self.lost, self.counts = float(lives.lost.sum()), np.arange(len(lives.lost))

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (2) and Hessian (2 × 2)."""
        alpha, beta = (float(part) for part in theta)
        both, stayed, n = alpha + beta + self.counts, beta + self.counts, self.seen.sum()
        value = self.lost * np.log(alpha) + n * (gammaln(alpha + beta) - gammaln(beta))
        value += self.renewed @ gammaln(stayed) - self.seen @ gammaln(both)
        by_alpha = n * digamma(alpha + beta) - self.seen @ digamma(both)
        by_beta = by_alpha + self.renewed @ digamma(stayed) - n * digamma(beta)
        hessian = np.full((2, 2), n * polygamma(1, alpha + beta) - self.seen @ polygamma(1, both))
        hessian[0, 0] -= self.lost / alpha**2
        hessian[1, 1] += self.renewed @ polygamma(1, stayed) - n * polygamma(1, beta)
        return float(value), np.array([by_alpha + self.lost / alpha, by_beta]), hessian
