"""Owns the shape of what lifecycles are computed from: one row per customer and purchase day. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchase days by customer (row 0, 1, ... `customers` − 1) and day; arrays of one length, in that order.

    day: counted from 1970-01-01; money, margin: of the day, in one currency; new: product categories that the
    customer had not bought before.
    """

    customers: int
    row: Ints
    day: Ints
    money: Floats
    margin: Floats
    new: Floats

    def until(self, day: int) -> Self:
        """Return what had been bought by a day."""
        return self.take(np.flatnonzero(self.day <= day))

    def take(self, at: Ints | slice) -> Self:
        """Return some of the days, in the order named."""
        return type(self)(
            self.customers, self.row[at], self.day[at], self.money[at], self.margin[at], self.new[at]
        )
