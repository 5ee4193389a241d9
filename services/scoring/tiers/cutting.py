"""Owns where one tier ends and the next begins: by shares of customers, shares of value, or amounts. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOBODY = (1.7e308, "")  # a limit that no value reaches
_AFTER_EVERY_ID = "g"  # ids are hexadecimal
_SLACK = 1e-9


class CutBy(StrEnum):
    """What the limits of tiers are of."""

    CUSTOMERS = "customers"
    VALUE = "value"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Cut:
    """The limits of the first three tiers; the fourth is everybody else.

    customers: per cent of the customers, counted from the best, rounded up. value: the fewest best customers
    who bring this many per cent of all positive value. amount: whoever brings at least this, in the currency
    of the run. Equal values are parted by id, but by amount, where equals are together.
    """

    by: str = CutBy.CUSTOMERS
    limits: Sequence[float] = (1, 5, 20)

    def ends(self, descending: Floats) -> list[int]:
        """Return how many of the customers, best first, are in the first tier, the first two, and three."""
        if self.by == CutBy.CUSTOMERS:
            return [math.ceil(len(descending) * share / 100 - _SLACK) for share in self.limits]
        if self.by == CutBy.AMOUNT:
            return [int((descending >= amount).sum()) for amount in self.limits]
        sums = np.cumsum(np.maximum(descending, 0))
        if not len(sums) or sums[-1] <= 0:
            return [0 for _ in self.limits]
        return [int((sums < sums[-1] * (share / 100 - _SLACK)).sum()) + 1 for share in self.limits]

    def lasts(self, descending: Floats, keys: Sequence[str]) -> list[tuple[float, str]]:
        """Return the value and id behind which each tier is over; `keys` are the ids of its last customers.

        Of amounts whatever the base is, so that who comes later is measured by the same.
        """
        if self.by == CutBy.AMOUNT:
            return [(float(amount), _AFTER_EVERY_ID) for amount in self.limits]
        ends = zip(self.ends(descending), keys, strict=True)
        return [(float(descending[at - 1]), key) if at else NOBODY for at, key in ends]
