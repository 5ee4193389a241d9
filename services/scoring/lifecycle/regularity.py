"""Owns how regularly a customer buys, and what a silence means to somebody who does. Pure."""

import numpy as np
from scipy import special

from services.scoring.lifecycle.purchases import Floats, Ints

_PRIOR = 4.0  # gaps' weight of the assumption that gaps are exponential
_PLAIN = 1.05  # up to here a silence is what it is


class Regularity:
    """The shape k of each customer's gaps, as a gamma distribution has it: 1 is chance, more is a rhythm.

    k = 1/c² with c² the squared coefficient of variation of the gaps seen, drawn towards 1 by `_PRIOR` gaps,
    and never below 1: estimators think of gaps as exponential, and waits for who has a rhythm were too long.
    """

    def __init__(self, customers: int) -> None:
        self.shape = np.ones(customers)
        self._squares = np.zeros(customers)

    def add(self, those: Ints, starts: Ints, gaps: Floats, count: Ints, span: Floats) -> None:
        """Count gaps of `those`, each one's beginning at its start; `count` ever, over `span` days."""
        self._squares[those] += np.add.reduceat(gaps**2, starts)
        mean = span / np.maximum(count, 1)
        apart = np.maximum(self._squares[those] - count * mean**2, 0)
        known = (count > 1) & (mean > 0)
        varied = (apart / np.where(known, mean, 1) ** 2 + _PRIOR) / (count - 1 + _PRIOR)
        self.shape[those] = np.where(known, 1 / np.minimum(varied, 1), 1.0)

    def meaning(self, silence: Floats, mean: Floats) -> Floats:
        """Return the silence that would be as rare with exponential gaps of this mean: longer for a rhythm.

        −mean·ln P(G > silence), G gamma with shape k and this mean.
        """
        found, own = silence.copy(), np.flatnonzero(self.shape > _PLAIN)
        k, typical = self.shape[own], mean[own]
        rare = special.gammaincc(k, k * silence[own] / typical)
        found[own] = -typical * np.log(np.maximum(rare, 1e-300))
        return found

    def days(self, those: Ints, meant: Floats, mean: Floats) -> Floats:
        """Return the silence of `those` that means this much: the inverse of `meaning`."""
        k = self.shape[those]
        own = (k > _PLAIN) & np.isfinite(meant)
        rare = np.exp(-np.where(own, meant, 0.0) / mean)
        return np.where(own, mean * special.gammainccinv(k, rare) / k, meant)
