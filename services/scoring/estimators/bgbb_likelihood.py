"""Owns the log-likelihood of BG/BB on counted histories, with its gradient and Hessian."""

import numpy as np
from scipy.special import betaln, digamma, polygamma

from services.scoring.estimators.histogram import DAYS, Floats, Histogram


class PeriodicLikelihood:
    """The log-likelihood of (α, β, γ, δ) for one histogram of periods; call it with the four parameters.

    A customer who bought x times up to chance t_x of n contributes the sum over the last chance u that they
    were there for, t_x ≤ u ≤ n, of B(α+x, β+u−x)/B(α, β) · B(γ+1, δ+u)/B(γ, δ), where u = n has B(γ, δ+n):
    equation 5 of Fader, Hardie, Shang (2010). All terms of all histories lie in one row of arrays.
    """

    def __init__(self, histogram: Histogram) -> None:
        t_x, n = (np.rint(part / DAYS).astype(np.int64) for part in (histogram.t_x, histogram.age))
        size = n - t_x + 1
        self.first = np.cumsum(size) - size
        self.row = np.repeat(np.arange(len(n)), size)
        self.last = t_x[self.row] + np.arange(len(self.row)) - self.first[self.row]
        self.x = histogram.x[self.row]
        self.there = (self.last == n[self.row]).astype(np.float64)
        self.weights = histogram.count.astype(np.float64)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (4) and Hessian (4 × 4) at α, β, γ, δ."""
        alpha, beta, gamma, delta = (float(part) for part in theta)
        pairs = ((alpha + self.x, beta + self.last - self.x), (gamma + 1 - self.there, delta + self.last))
        terms = sum((betaln(*pair) for pair in pairs), start=np.zeros(len(self.row)))
        most = np.maximum.reduceat(terms, self.first)
        chance = np.log(np.add.reduceat(np.exp(terms - most[self.row]), self.first)) + most
        share = np.exp(terms - chance[self.row])
        slopes = np.concatenate([_slope(*pair) for pair in pairs])
        mean = np.add.reduceat(slopes * share, self.first, axis=1)
        each, n = self.weights[self.row] * share, self.weights.sum()
        hessian = (slopes * each) @ slopes.T - (mean * self.weights) @ mean.T
        gradient = mean @ self.weights
        for at, pair, prior in ((0, pairs[0], (alpha, beta)), (2, pairs[1], (gamma, delta))):
            hessian[at : at + 2, at : at + 2] += _curve(*pair) @ each - n * _curve(*prior)
            gradient[at : at + 2] -= n * _slope(*prior)
        value = self.weights @ chance - n * (betaln(alpha, beta) + betaln(gamma, delta))
        return float(value), gradient, hessian


def _slope(a: Floats | float, b: Floats | float) -> Floats:
    """Return the derivatives of ln B(a, b) by a and b."""
    return np.asarray(np.stack([digamma(a), digamma(b)]) - digamma(np.add(a, b)), np.float64)


def _curve(a: Floats | float, b: Floats | float) -> Floats:
    """Return the second derivatives of ln B(a, b), shape (2, 2, ...)."""
    both = -polygamma(1, np.add(a, b))
    return np.stack([np.stack([polygamma(1, a) + both, both]), np.stack([both, polygamma(1, b) + both])])
