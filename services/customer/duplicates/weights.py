"""Weights: what each level of agreement is worth, and the score of a pair with its reasons.

I. P. Fellegi and A. B. Sunter (1969), A Theory for Record Linkage, JASA 64: a level that pairs of one
customer have with probability m and others with u is worth log2(m / u) bits. Two things are added. Values
are not equally rare (W. E. Winkler, 2000, Frequency-Based Matching in the Fellegi-Sunter Model): u of an
equal value is its share. And pairs that are not one customer are of two sorts, strangers and relatives:
people of one household or branches of one organization share phones, addresses and family names *together*,
with probabilities h. So

    score = log2(p m) − log2((1 − p) (u + r h)),   each of m, u, h a product over the fields,

where p is the share of pairs that are one customer, and r that of relatives among the others. It is the sum
of log2 p, of log2(m / u) of every field, and of −log2(1 + r h / u), the part that relatives explain as
well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.comparing import Levels, compare
from services.customer.duplicates.fields import FIELDS, LEVELS, MISSING
from services.customer.duplicates.forms import Chosen, Forms
from services.customer.duplicates.frequencies import SHARED, Frequencies

Floats = NDArray[np.float64]
Table = Mapping[str, tuple[float, ...]]

# What is believed before anything is learnt; each row sums to one over the levels of its field.
SAME: Table = {
    "name": (0.63, 0.08, 0.03, 0.05, 0.06, 0.07, 0.03, 0.03, 0.02),
    "phone": (0.72, 0.05, 0.23),
    "email": (0.72, 0.06, 0.22),
    "account": (0.85, 0.15),
    "address": (0.58, 0.10, 0.17, 0.15),
    "number": (0.97, 0.03),
    "birthday": (0.90, 0.03, 0.05, 0.02),
    "kind": (0.995, 0.005),
}
STRANGERS: Table = {
    "name": (3e-5, 1e-5, 1e-5, 1e-5, 3e-5, 1e-4, 1e-4, 0.02, 0.97971),
    "phone": (1e-7, 1e-6, 0.9999989),
    "email": (1e-7, 1e-5, 0.9999899),
    "account": (1e-7, 0.9999999),
    "address": (1e-6, 1e-3, 0.05, 0.948999),
    "number": (1e-8, 0.99999999),
    "birthday": (3e-5, 2e-5, 4e-3, 0.99595),
    "kind": (0.8, 0.2),
}
RELATIVES: Table = {
    "name": (0.006, 0.0005, 0.001, 0.0005, 0.003, 0.004, 0.002, 0.763, 0.22),
    "phone": (0.50, 0.01, 0.49),
    "email": (0.08, 0.005, 0.915),
    "account": (0.02, 0.98),
    "address": (0.76, 0.08, 0.09, 0.07),
    "number": (0.01, 0.99),
    "birthday": (0.002, 0.001, 0.012, 0.985),
    "kind": (0.95, 0.05),
}
DUPLICATED, RELATED = 0.2, 1.0  # how many pairs of each sort there are for one record
# Probabilities: from the first on people decide, from the second on they need not.
REVIEW, CERTAIN = 0.7, 0.95
FEWEST = 10_000  # records: smaller bases are judged like one of this size


@dataclass(frozen=True, slots=True)
class Weights:
    """Probabilities of every level, FIELDS × WIDEST, for pairs of one customer, strangers and relatives."""

    same: Floats
    strangers: Floats
    relatives: Floats

    @classmethod
    def believed(cls) -> "Weights":
        """Return what is believed before anything is learnt."""
        return cls(*(square(table) for table in (SAME, STRANGERS, RELATIVES)))

    @classmethod
    def read(cls, stored: Mapping[str, Table]) -> "Weights":
        """Return what `stored` gave."""
        return cls(*(square(stored[name]) for name in cls.__slots__))

    def stored(self) -> dict[str, Any]:
        """Return JSON: sort -> field -> probabilities of its levels."""
        return {
            name: {
                field: [float(f"{value:.6g}") for value in getattr(self, name)[row, : len(LEVELS[field])]]
                for row, field in enumerate(FIELDS)
            }
            for name in self.__slots__
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """Of each pair: bits of every field, the bits that relatives explain too, and the total."""

    fields: Floats
    relatives: Floats
    total: Floats

    @property
    def evidence(self) -> Floats:
        """What the fields say by themselves, whatever the number of records."""
        return np.asarray(self.fields.sum(axis=1) + self.relatives)


def prior(records: int) -> float:
    """Return log2 p of pairs of a base of so many records."""
    return float(np.log2(DUPLICATED / max(records, FEWEST)))


def score(weights: Weights, frequencies: Frequencies, one: Forms, other: Forms) -> tuple[Levels, Scores]:
    """Compare pairs, and say what the levels of their fields are worth."""
    levels = compare(one, other)
    same, strangers, relatives = (_of(getattr(weights, sort), levels) for sort in Weights.__slots__)
    for (field, level), column in SHARED.items():
        place = FIELDS.index(field)
        agree = np.flatnonzero(levels[:, place] == LEVELS[field].index(level))
        if agree.size:
            strangers[agree, place] = np.log2(
                frequencies.share(column, Chosen(one, agree), Chosen(other, agree))
            )
    fields = same - strangers
    related = np.log2(RELATED / max(frequencies.records, FEWEST)) + (relatives - strangers).sum(axis=1)
    explained = -np.logaddexp2(0.0, related)
    total = prior(frequencies.records) + fields.sum(axis=1) + explained
    return levels, Scores(fields, explained, total)


def probability(total: Floats) -> Floats:
    """Return the probability that a pair is one customer."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(total, -60, 60))))


def square(table: Mapping[str, Any]) -> Floats:
    """Return a table as an array; what is no level is 1, which is worth nothing."""
    found = np.ones((len(FIELDS), max(map(len, LEVELS.values()))))
    for row, field in enumerate(FIELDS):
        found[row, : len(LEVELS[field])] = table[field]
    return found


def _of(table: Floats, levels: Levels) -> Floats:
    found: Floats = np.log2(table)[np.arange(len(FIELDS)), levels]
    found[levels == MISSING] = 0.0
    return found
