"""Frequencies: how large the share of records is that have the value in which a pair agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.forms import Forms

Floats = NDArray[np.float64]

# By which columns a level's value is counted, and the share that a value has before anybody is counted.
_COUNTED: Mapping[str, float] = {
    "sounds": 5e-5,  # and `common` of each record says it better
    "phones": 1e-7,
    "emails": 1e-7,
    "lines": 1e-6,
    "postal_codes": 1e-3,
    "cities": 0.02,
    "birthday": 3e-5,
}
_HEARD = ("same", "other_script", "same_sound", "swapped", "variant")
SHARED: Mapping[tuple[str, str], str] = {
    **{("name", level): "sounds" for level in _HEARD},
    ("phone", "same"): "phones",
    ("email", "same"): "emails",
    ("address", "lines"): "lines",
    ("address", "postal_code"): "postal_codes",
    ("address", "city"): "cities",
    ("birthday", "same"): "birthday",
}
KEPT = 3_000  # values of each column whose counts are kept: the most frequent


@dataclass(frozen=True)
class Frequencies:
    """Counts of frequent values in `records` records: by column, values in order and how many have each."""

    records: int = 0
    counts: Mapping[str, tuple[NDArray[np.uint64], NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def of(cls, forms: Forms) -> "Frequencies":
        """Count the values of all records, of names as they are first read."""
        return cls(len(forms), {column: _count(forms, column) for column in _COUNTED})

    def common(self) -> "Frequencies":
        """Return the same with the most frequent values only: what is kept between runs."""
        return Frequencies(self.records, {column: _most(*counted) for column, counted in self.counts.items()})

    def share(self, column: str, one: Forms, other: Forms) -> Floats:
        """Return the share of the value that each pair has in common, the rarest one of several.

        Of n records c have a value, among them the two: (c - 1) / (n + 1 / s), where s is the share of such
        values in general. With nobody counted it is s, with many it is the share counted.
        """
        usual: Any = _COUNTED[column]
        if column == "sounds":  # names that only sound or mean alike are as rare as the commoner one
            usual = np.maximum(one["common"], other["common"]).astype(float)
            counts = np.maximum(*(self._counted(each[column][:, 0], column) for each in (one, other)))
        elif one[column].ndim == 1:
            counts = self._counted(one[column], column)
        else:
            theirs = other[column][:, None, :]
            shared = (one[column][:, :, None] == theirs).any(axis=2) & (one[column] != 0)
            each = [self._counted(values, column) for values in one[column].T]
            counts = np.where(shared.T, each, np.inf).min(axis=0)
        return np.asarray((counts - 1) / (self.records + 1 / usual))

    def _counted(self, values: NDArray[Any], column: str) -> Floats:
        """Return how many records have each value: two at least, those of the pair."""
        known, counts = self.counts.get(column, (np.empty(0, np.uint64), np.empty(0, np.int64)))
        if not known.size:
            return np.full(len(values), 2.0)
        at = np.minimum(np.searchsorted(known, values.astype(np.uint64)), known.size - 1)
        return np.where(known[at] == values, np.maximum(counts[at], 2), 2).astype(float)

    def keep(self, file: Path) -> None:
        """Write all counts to a file, for other processes."""
        flat: dict[str, Any] = {
            f"{column}.{part}": each for column, both in self.counts.items() for part, each in enumerate(both)
        }
        np.savez(file, records=self.records, **flat)

    @classmethod
    def of_file(cls, file: Path) -> "Frequencies":
        """Return what was kept."""
        with np.load(file) as kept:
            counts = {column: (kept[f"{column}.0"], kept[f"{column}.1"]) for column in _COUNTED}
            return cls(int(kept["records"]), counts)

    def stored(self) -> dict[str, Any]:
        """Return JSON; digests as texts, as JSON's numbers do not hold them."""
        counts = {
            column: {"values": [f"{value:x}" for value in values.tolist()], "counts": counts.tolist()}
            for column, (values, counts) in self.counts.items()
        }
        return {"records": self.records, "counts": counts}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Frequencies":
        """Return what `stored` gave."""
        counts = {
            column: (
                np.array([int(each, 16) for each in of["values"]], np.uint64),
                np.array(of["counts"], np.int64),
            )
            for column, of in stored["counts"].items()
        }
        return cls(stored["records"], counts)


def _count(forms: Forms, column: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    held = forms[column].astype(np.uint64)
    every = held[:, 0] if column == "sounds" else held.ravel()
    values, counts = np.unique(every[every != 0], return_counts=True)
    return values[counts > 2], counts[counts > 2]


def _most(
    values: NDArray[np.uint64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    kept = np.sort(np.argsort(-counts, kind="stable")[:KEPT])
    return values[kept], counts[kept]
