"""Owns ranks, tiers and RFM classes: pure, deterministic, ties stated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Values = float | Floats  # of one customer, or of many
Keys = str | NDArray[np.str_]
Places = int | Ints
SHARES = (1, 5, 20, 100)  # per cent of the customers down to each tier: VIP 1, major 4, ordinary 15, small 80
TIERS = ("vip", "major", "ordinary", "small")
CLASSES = 5


def ranks(value: Floats, key: NDArray[np.str_]) -> Ints:
    """Return 1 for the highest value and so on; equal values rank by their key (the id), ascending."""
    order = np.lexsort((key, -value))
    found = np.empty(len(value), np.int64)
    found[order] = np.arange(1, len(value) + 1)
    return found


def last_of_tiers(customers: int) -> list[int]:
    """Return the rank of the last customer of each tier: shares of the count, rounded up."""
    return [-(-customers * share // 100) for share in SHARES]


def tiers(rank: Ints) -> Ints:
    """Return 1 (VIP) to 4 (small) for each rank of a whole base."""
    return np.searchsorted(last_of_tiers(len(rank)), rank, side="left") + 1


def classes(metric: Floats) -> Ints:
    """Return 5 for the best fifth down to 1: 5 − ⌊5 · better / n⌋ with `better` the customers strictly above.

    So equals are always in one class, the better one; NTILE would part them by chance.
    """
    ascending = np.sort(metric)
    better = len(metric) - np.searchsorted(ascending, metric, side="right")
    return np.asarray(CLASSES - CLASSES * better // max(len(metric), 1), np.int64)


@dataclass(frozen=True, slots=True)
class Cuts:
    """The limits that a run found, by which a customer touched later is placed among the others.

    tiers: (value, key) of the last VIP, major and ordinary customer; recency, frequency, money: the lowest
    metric in classes 2, 3, 4 and 5.
    """

    tiers: Sequence[tuple[float, str]]
    recency: Sequence[float]
    frequency: Sequence[float]
    money: Sequence[float]

    @classmethod
    def of(cls, value: Floats, key: NDArray[np.str_], *metrics: Floats) -> Self:
        """Find the limits of a base; `metrics` are recency, frequency and money."""
        order = np.argsort(ranks(value, key))
        ends = [order[last - 1] for last in last_of_tiers(len(value))[:3] if last]
        return cls([(float(value[at]), str(key[at])) for at in ends], *map(_lowest, metrics))

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `stored` wrote."""
        last = [(float(value), str(key)) for value, key in stored["tiers"]]
        return cls(last, stored["recency"], stored["frequency"], stored["money"])

    def stored(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "tiers": [[value, key] for value, key in self.tiers],
            "recency": list(self.recency),
            "frequency": list(self.frequency),
            "money": list(self.money),
        }

    def tier(self, value: Values, key: Keys) -> Places:
        """Return the tier of a value, or of each: 1 for one that is not behind the last VIP, and so on."""
        behind = ((value < last) | ((value == last) & (key > its_key)) for last, its_key in self.tiers)
        return 1 + sum(behind) if self.tiers else len(TIERS)

    def rfm(self, recency: Values, frequency: Values, money: Values) -> tuple[Places, Places, Places]:
        """Return the three classes of a customer, or of each."""
        pairs = ((recency, self.recency), (frequency, self.frequency), (money, self.money))
        r, f, m = (1 + sum(metric >= low for low in lowest) for metric, lowest in pairs)
        return r, f, m


def _lowest(metric: Floats) -> list[float]:
    found = classes(metric)
    return [float(metric[found >= one].min()) for one in range(2, CLASSES + 1)] if len(metric) else []
