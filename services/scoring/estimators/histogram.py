"""Owns the sufficient statistics of a fit: customers with equal histories counted once, mergeable exactly."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAYS = 7.0  # in a week: histories are counted in days, the models think in weeks
_DAY_BITS = 21
_X_BITS = 20
_DAY_MASK = (1 << _DAY_BITS) - 1


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many customers share each history (x, t_x, T), ordered by that key.

    x: repeat purchase days; t_x: days from the first to the last purchase; age: days observed (T of the
    literature); count: customers. Four arrays of one length. Counts are whole numbers and keys are sorted, so
    neither the order of customers nor how they were split between nodes can change a bit of any result.
    """

    x: Ints
    t_x: Ints
    age: Ints
    count: Ints

    @classmethod
    def of(cls, x: Ints, t_x: Ints, age: Ints) -> Self:
        """Count customers (x purchases, t_x and age in days). ValueError for an impossible history."""
        x, t_x, age = (np.asarray(part, np.int64) for part in (x, t_x, age))
        check(x, t_x, age)
        return cls._counted(pack(x, t_x, age), np.ones(len(x), np.int64))

    @classmethod
    def _counted(cls, keys: Ints, count: Ints) -> Self:
        order = np.argsort(keys, kind="stable") if (count != 1).any() else None
        keys = np.sort(keys) if order is None else keys[order]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        if order is None:
            sums = np.diff(starts, append=len(keys))
        else:
            sums = np.add.reduceat(count[order], starts) if len(starts) else count
        return cls(*unpack(keys[starts]), sums.astype(np.int64))

    def __add__(self, other: Self) -> Self:
        """Return the histogram of both groups of customers together."""
        keys = np.concatenate([pack(self.x, self.t_x, self.age), pack(other.x, other.t_x, other.age)])
        return self._counted(keys, np.concatenate([self.count, other.count]))

    def __len__(self) -> int:
        """Count the distinct histories."""
        return len(self.x)

    @property
    def customers(self) -> int:
        """Count the customers."""
        return int(self.count.sum())

    @property
    def repeat_buyers(self) -> int:
        """Count the customers who bought on more than one day."""
        return int(self.count[self.x > 0].sum())

    def coarse(self, most: int) -> Self:
        """Return the same customers on a coarser grid of days, so that at most about `most` keys remain.

        Good enough to tell starting points apart, and a hundred times cheaper than a million exact histories.
        """
        thin, step = self, 1
        while len(thin) > most and step < int(self.age.max()):
            step *= 2
            age = (thin.age // step) * step + step // 2
            t_x = np.where(thin.x > 0, (thin.t_x // step) * step + step // 2, 0)
            thin = self._counted(pack(thin.x, t_x, age), thin.count)
        return thin


def check(x: Ints, t_x: Ints, age: Ints) -> None:
    """Raise ValueError, naming the row, when a history (days) cannot have happened."""
    wrong = (x < 0) | (t_x < 0) | (t_x > age) | ((x > 0) != (t_x > 0))
    wrong |= (x >> _X_BITS > 0) | (age >> _DAY_BITS > 0)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        message = f"no customer can have x={x[at]}, t_x={t_x[at]}, T={age[at]} days (row {at})"
        raise ValueError(message)


def pack(x: Ints, t_x: Ints, age: Ints) -> Ints:
    """Return each history as one integer; they sort by x, then T, then t_x."""
    return np.asarray((x << 2 * _DAY_BITS) | (age << _DAY_BITS) | t_x, np.int64)


def unpack(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Return x, t_x and age of packed histories."""
    return keys >> 2 * _DAY_BITS, keys & _DAY_MASK, (keys >> _DAY_BITS) & _DAY_MASK


@dataclass(frozen=True, slots=True)
class SpendHistogram:
    """How many customers share each (x, total spent on repeat days), ordered; three arrays of one length.

    Only customers with x ≥ 1 and a positive total belong here: the first day is no repeat and is left out.
    """

    x: Ints
    total: Floats
    count: Ints

    @classmethod
    def of(cls, x: Ints, mean: Floats) -> Self:
        """Count customers by x repeat days of `mean` spend each, leaving out those without positive spend."""
        x, mean = np.asarray(x, np.int64), np.asarray(mean, np.float64)
        known = (x > 0) & (mean > 0)
        return cls._counted(x[known], x[known] * mean[known], np.ones(int(known.sum()), np.int64))

    @classmethod
    def _counted(cls, x: Ints, total: Floats, count: Ints) -> Self:
        order = np.lexsort((total, x))
        x, total, count = x[order], total[order], count[order]
        starts = np.flatnonzero(np.diff(x, prepend=-1) | (np.diff(total, prepend=-1.0) != 0))
        sums = np.add.reduceat(count, starts) if len(starts) else count
        return cls(x[starts], total[starts], sums)

    def __add__(self, other: Self) -> Self:
        """Return the histogram of both groups of customers together."""
        mine, theirs = (self.x, self.total, self.count), (other.x, other.total, other.count)
        x, total, count = (np.concatenate(pair) for pair in zip(mine, theirs, strict=True))
        return self._counted(x, total, count)

    def __len__(self) -> int:
        """Count the distinct pairs."""
        return len(self.x)

    @property
    def customers(self) -> int:
        """Count the customers, all of them repeat buyers."""
        return int(self.count.sum())
