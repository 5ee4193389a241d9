"""Owns how long contracts have lasted: counted lives, some of them not over, and their survival as it is."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.histogram import Floats, Ints


@dataclass(frozen=True, slots=True)
class Lives:
    """How many customers left at their t-th renewal, and how many have renewed t times and are still there.

    lost, kept: counts by t, arrays of one length; nobody is lost at t = 0.
    """

    lost: Ints
    kept: Ints

    @classmethod
    def of(cls, periods: Ints, ended: NDArray[np.bool_]) -> Self:
        """Count customers: the renewal each left at where `ended`, renewals so far where not.

        ValueError where somebody left before the first renewal.
        """
        periods, ended = np.asarray(periods, np.int64), np.asarray(ended, np.bool_)
        wrong = (periods < 0) | (ended & (periods == 0))
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            message = f"no contract can end after {periods[at]} periods (row {at})"
            raise ValueError(message)
        size = int(periods.max(initial=0)) + 1
        lost, kept = (np.bincount(periods[rows], minlength=size) for rows in (ended, ~ended))
        return cls(lost.astype(np.int64), kept.astype(np.int64))

    @property
    def customers(self) -> int:
        """Count the customers."""
        return int(self.lost.sum() + self.kept.sum())

    @property
    def renewed(self) -> int:
        """Count the customers who have renewed at least once."""
        return int(self.lost[2:].sum() + self.kept[1:].sum())

    @property
    def at_risk(self) -> Ints:
        """Return how many came to each renewal, t = 1, 2, ..."""
        gone = np.cumsum(self.lost + self.kept)[:-1]
        return np.asarray(self.customers - gone, np.int64)


def kaplan_meier(lives: Lives) -> tuple[Floats, Floats]:
    """Return the share left after renewals 0, 1, 2, ..., and its standard error (Greenwood's formula).

    Source: Kaplan, Meier (1958), Nonparametric Estimation from Incomplete Observations.
    """
    risk, lost = lives.at_risk.astype(np.float64), lives.lost[1:].astype(np.float64)
    left = np.cumprod(1 - lost / np.maximum(risk, 1))
    spread = np.cumsum(np.where(risk > lost, lost / np.maximum(risk * (risk - lost), 1), 0.0))
    return np.append(1.0, left), np.append(0.0, left * np.sqrt(spread))
