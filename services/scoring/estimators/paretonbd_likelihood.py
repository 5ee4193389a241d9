"""Owns the log-likelihood of Pareto/NBD on counted histories, with its gradient and Hessian."""

import numpy as np
from scipy.special import expit

from services.scoring.estimators.histogram import DAYS, Floats, Histogram
from services.scoring.estimators.negativebinomial import NegativeBinomial
from services.scoring.estimators.unseen import Unseen, chunks


class ParetoLikelihood:
    """The log-likelihood of (r, α, s, β) for one histogram; call it with the four parameters.

    A customer contributes
      ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T) + s (ln β − ln(β+T)) + ln(1 + R),
      R = s ∫ ((α+T)/(α+τ))^(r+x) ((β+T)/(β+τ))^s dτ/(β+τ) over t_x ≤ τ ≤ T,
    the odds of having stopped at some τ since the last purchase: Fader, Hardie (2005), A Note on Deriving the
    Pareto/NBD Model, before the integral is written as ₂F₁.
    Derivatives are moments of the integrand's own: exact for the same nodes.
    """

    def __init__(self, histogram: Histogram) -> None:
        self.counting = NegativeBinomial(histogram)
        silent = histogram.t_x < histogram.age  # who bought on the last day has had no time to stop
        self.x = histogram.x[silent].astype(np.float64)
        self.t_x, self.age = histogram.t_x[silent] / DAYS, histogram.age[silent] / DAYS
        self.weights = histogram.count[silent].astype(np.float64)

    def __call__(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood, its gradient (4) and Hessian (4 × 4) at r, α, s, β."""
        r, alpha, s, beta = (float(part) for part in theta)
        value, gradient, hessian = self._stayed(s, beta)
        bought = self.counting(r, alpha)
        value += bought[0]
        gradient[:2] += bought[1]
        hessian[:2, :2] += bought[2]
        for some in chunks(len(self.x)):
            silence = self._silence((r, alpha, s, beta), some)
            value += silence[0]
            gradient += silence[1]
            hessian += silence[2]
        return value, gradient, hessian

    def _stayed(self, s: float, beta: float) -> tuple[float, Floats, Floats]:
        """Staying until T: s (ln β − ln(β+T))."""
        by_age, exposed = self.counting.by_age, beta + self.counting.days
        n = by_age.sum()
        logs, inverse = n * np.log(beta) - by_age @ np.log(exposed), n / beta - by_age @ (1 / exposed)
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[2:] = logs, s * inverse
        hessian[2, 3] = hessian[3, 2] = inverse
        hessian[3, 3] = s * (by_age @ exposed**-2 - n / beta**2)
        return float(s * logs), gradient, hessian

    def _silence(self, theta: tuple[float, float, float, float], some: slice) -> tuple[float, Floats, Floats]:
        """Having stopped since t_x as the other explanation of the silence: ln(1 + R)."""
        r, alpha, s, beta = theta
        rho, start, end, weights = r + self.x[some], self.t_x[some], self.age[some], self.weights[some]
        nodes = Unseen.of((rho, alpha), (s, beta), start, end)
        to_rate, to_stop = np.log((alpha + end) / (alpha + start)), np.log((beta + end) / (beta + start))
        integral = nodes.term.sum(axis=0)
        odds = np.log(s * integral) + rho * to_rate + s * to_stop
        stopped = weights * expit(odds)
        # at each node: the derivatives of the integrand's logarithm by r, α, s, β
        rate, stop = 1 / (alpha + start + nodes.since), 1 / (beta + start + nodes.since)
        by_alpha, by_beta = 1 / (alpha + end) - rate, 1 / (beta + end) - stop
        first = np.stack(
            [to_rate - nodes.log_rate, rho * by_alpha, to_stop - nodes.log_stop + 1 / s, s * by_beta - stop]
        )
        share = nodes.term / integral
        mean = np.einsum("inc,nc->ic", first, share)
        share *= stopped
        flat, each = first.reshape(4, -1), share.ravel()
        hessian = (flat * each) @ flat.T - (mean * (stopped * expit(odds))) @ mean.T
        hessian[0, 1] += each @ by_alpha.ravel()
        hessian[1, 1] += each @ (rho * (rate**2 - (alpha + end) ** -2)).ravel()
        hessian[2, 2] -= stopped.sum() / s**2
        hessian[2, 3] += each @ by_beta.ravel()
        hessian[3, 3] += each @ ((s + 1) * stop**2 - s * (beta + end) ** -2).ravel()
        hessian[1, 0], hessian[3, 2] = hessian[0, 1], hessian[2, 3]
        return float(weights @ np.logaddexp(0, odds)), mean @ stopped, hessian
