"""Matching: a few records at once against all customers, who are found by contact keys and names."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy import ARRAY, ColumnElement, Integer, Text, Uuid, all_, bindparam, cast
from sqlalchemy.dialects.postgresql import TSQUERY

from services.customer.customers.models import Customer
from services.customer.duplicates import blocking, reasons
from services.customer.duplicates.forms import Forms, forms
from services.customer.duplicates.frequencies import Frequencies
from services.customer.duplicates.reading import COMPARED, records
from services.customer.duplicates.records import Record, record
from services.customer.duplicates.weights import Weights, probability, score
from services.customer.keys.key import WHOLE, quoted
from services.customer.names.forms import forms_of
from shared.statements import Runner, Statement

MOST, NAMESAKES = 1_000, 100  # customers that some records are compared with: by contact keys, and by name


def _candidates(found: ColumnElement[bool]) -> Statement:
    others = Customer.id != all_(bindparam("ids", type_=ARRAY(Uuid)))
    select = records().where(found, others).limit(bindparam("limit", type_=Integer))
    return Statement(select, unguarded=COMPARED, clear=COMPARED)


_BY_CONTACT = _candidates(Customer.contact_keys.overlap(bindparam("keys", type_=ARRAY(Text))))
_BY_NAME = _candidates(Customer.open_keys.bool_op("@@")(cast(bindparam("names", type_=Text), TSQUERY)))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records that are probably one customer."""

    one: UUID
    other: UUID
    score: float
    probability: float
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights in use, and the probability from which on a pair counts."""

    weights: Weights
    frequencies: Frequencies
    review: float

    async def match(self, on: Runner, given: dict[UUID, Record], keys: Sequence[str]) -> list[Likeness]:
        """Return whom the given records are like, among themselves and the customers with any of the keys.

        The likeliest first. Customers that are among the given are those given.
        """
        ids = list(given)
        rows = await _BY_CONTACT.all(on, keys=list(keys), ids=ids, limit=MOST) if keys else []
        names = " | ".join(dict.fromkeys(_named(each) for each in given.values()))
        rows += await _BY_NAME.all(on, names=names, ids=ids, limit=NAMESAKES)
        # Plain UUIDs: what is told of them is also kept as JSON, which the driver's own cannot be.
        found = {UUID(int=row["id"].int): record(orjson.loads(row["record"])) for row in rows}
        every = {**given, **found}
        return sorted(self._compared(every, len(given)), key=lambda each: -each.score)

    def _compared(self, every: dict[UUID, Record], given: int) -> Iterator[Likeness]:
        """Yield the likely pairs of the records, of which the first `given` ones are to be compared."""
        ids, rows = list(every), forms(every.values())
        pairs = np.array(sorted(_blocked(rows, given)), np.int64).reshape(-1, 2)
        if not len(pairs):
            return
        levels, scores = score(self.weights, self.frequencies, rows[pairs[:, 0]], rows[pairs[:, 1]])
        likely = probability(scores.total)
        for at in np.flatnonzero(likely >= self.review).tolist():
            one, other = (ids[each] for each in pairs[at].tolist())
            why = reasons.of(levels[at], scores, at, self.frequencies.records)
            yield Likeness(one, other, float(scores.total[at]), float(likely[at]), why)


def _named(given: Record) -> str:
    """Return a tsquery for customers with the name: as written, its words in any order, or as it is read."""
    forms = forms_of(given.name, None, given.family)
    words = " & ".join(quoted(word) for word in forms.words)
    read = (quoted(each) for each in (*forms.pinyin, "".join(forms.latin)) if each)
    return " | ".join((quoted(f"{WHOLE}{forms.folded}"), f"({words})" if words else "'='", *read))


def _blocked(rows: Forms, given: int) -> set[tuple[int, int]]:
    """Return the pairs with a key in common, of which the first is a given one."""
    holders = defaultdict[int, list[int]](list)
    found = blocking.keys(rows)
    for key, number in zip(found["key"].tolist(), found["no"].tolist(), strict=True):
        holders[key].append(number)
    return {
        (one, other)
        for members in holders.values()
        for one in members
        if one < given
        for other in members
        if one < other
    }
