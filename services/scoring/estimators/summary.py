"""Owns the step from transactions to histories: purchases by day, x, t_x, T, mean repeat spend."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from services.scoring.estimators.histogram import DAYS, Floats, Histogram, Ints, SpendHistogram


@dataclass(frozen=True, slots=True)
class Summary:
    """One row per customer, four arrays of one length.

    x: days with a purchase after the first one; t_x: days from the first to the last purchase; age: days from
    the first purchase to the cut-off (T of the literature); spend: mean amount per repeat day, 0 where x = 0.
    """

    x: Ints
    t_x: Ints
    age: Ints
    spend: Floats

    @classmethod
    def of_states(cls, days: Ints, first: Ints, last: Ints, repeat_total: Floats, *, until: int) -> Self:
        """Return histories from running totals per customer.

        days: purchase days; first, last: day numbers; repeat_total: amount spent after the first day; until:
        the day number of the cut-off.
        """
        x = np.asarray(days, np.int64) - 1
        spend = np.where(x > 0, repeat_total / np.maximum(x, 1), 0.0)
        return cls(x, np.asarray(last - first, np.int64), np.asarray(until - first, np.int64), spend)

    def __len__(self) -> int:
        """Count the customers."""
        return len(self.x)

    def __getitem__(self, rows: slice | Ints) -> Self:
        """Return some of the customers."""
        return type(self)(self.x[rows], self.t_x[rows], self.age[rows], self.spend[rows])

    @property
    def weeks(self) -> tuple[Floats, Floats]:
        """Return t_x and T in weeks, as the estimators take them."""
        return self.t_x / DAYS, self.age / DAYS

    def histogram(self) -> Histogram:
        """Return what a timing estimator is fitted to."""
        return Histogram.of(self.x, self.t_x, self.age)

    def spend_histogram(self) -> SpendHistogram:
        """Return what a spend estimator is fitted to."""
        return SpendHistogram.of(self.x, self.spend)

    def frequency_spend_correlation(self) -> float:
        """Return the correlation of x and mean spend among repeat buyers: Gamma-Gamma assumes none.

        Not a number when either does not vary.
        """
        known = (self.x > 0) & (self.spend > 0)
        x, spend = self.x[known].astype(np.float64), self.spend[known]
        if len(x) < 2 or np.ptp(x) == 0 or np.ptp(spend) == 0:
            return float("nan")
        return float(np.corrcoef(x, spend)[0, 1])


def summarise(customer: Ints, day: Ints, amount: Floats, *, until: int) -> tuple[Ints, Summary]:
    """Merge transactions by customer and day; return the customers' numbers, ascending, and their histories.

    customer: any integers; day: day numbers (any epoch); amount: in one currency; transactions after the day
    number `until` are left out, with the customers who have no others.
    """
    known = np.asarray(day) <= until
    who, when = np.asarray(customer, np.int64)[known], np.asarray(day, np.int64)[known]
    order = np.lexsort((when, who))
    who, when, money = who[order], when[order], np.asarray(amount, np.float64)[known][order]
    new_customer = np.diff(who, prepend=who[:1] - 1) != 0
    new_day = new_customer | (np.diff(when, prepend=when[:1]) != 0)
    row = np.cumsum(new_customer) - 1
    size = int(new_customer.sum())
    days = np.bincount(row, new_day, size).astype(np.int64)
    starts = np.flatnonzero(new_customer)
    first, last = when[starts], when[np.append(starts[1:], len(who))[:size] - 1]
    repeat_total = np.bincount(row, money * (when != first[row]), size).astype(np.float64)
    return who[starts], Summary.of_states(days, first, last, repeat_total, until=until)
