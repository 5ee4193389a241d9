"""Owns what a contract is: orders that follow each other within a period and its days of grace. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.histogram import Floats, Ints
from services.scoring.estimators.lives import Lives


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many days an order pays, and how many days late a renewal may come."""

    period: int
    grace: int


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts by customer and time, arrays of one length; days count from 1970-01-01.

    row: which customer; first, last: days of the first and the last order; renewals: the periods between
    them, rounded, so that extra orders are no renewals; money: what was paid; ended: no order came in time.
    """

    row: Ints
    first: Ints
    last: Ints
    renewals: Ints
    money: Floats
    ended: NDArray[np.bool_]

    @classmethod
    def of(cls, row: Ints, day: Ints, money: Floats, terms: Terms, *, until: int) -> "Contracts":
        """Part orders, sorted by customer (`row`) and day, into contracts, as seen on the day `until`."""
        longest = terms.period + terms.grace
        begins = (np.diff(row, prepend=-1) != 0) | (np.diff(day, prepend=day[:1]) > longest)
        starts = np.flatnonzero(begins)
        first, last = day[starts], day[np.append(starts[1:], len(day)) - 1] if len(day) else day
        renewals = np.rint((last - first) / terms.period).astype(np.int64)
        paid = np.add.reduceat(money, starts) if len(starts) else money
        return cls(row[starts], first, last, renewals, paid, last + longest < until)

    def __len__(self) -> int:
        """Count them."""
        return len(self.row)

    def lives(self) -> Lives:
        """Return how long they lasted: who ended did so at the renewal after the last one made."""
        return Lives.of(self.renewals + self.ended, self.ended)

    def newest(self) -> Ints:
        """Return the places of each customer's newest contract, in the customers' order."""
        return np.flatnonzero(np.diff(self.row, append=-1) != 0)
