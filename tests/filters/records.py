"""A table with a field of every kind, records of it, and the strategies of trees over them."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, DateTime, Integer, MetaData, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from filters import fields, kinds
from filters.fields import Field

KINDS = {
    "label": "text",
    "cost": "decimal",
    "number": "integer",
    "day": "date",
    "at": "instant",
    "flag": "boolean",
    "key": "uuid",
}


class Base(DeclarativeBase):
    """Tables of these tests."""

    metadata = MetaData()


class Record(Base):
    """One field of each kind."""

    __tablename__ = "records"
    id: ClassVar[Any] = mapped_column(Integer, primary_key=True)
    label: ClassVar[Any] = mapped_column(Text(collation="C"))
    cost: ClassVar[Any] = mapped_column(Numeric)
    number: ClassVar[Any] = mapped_column(Integer)
    day: ClassVar[Any] = mapped_column(Date)
    at: ClassVar[Any] = mapped_column(DateTime(timezone=True))
    flag: ClassVar[Any] = mapped_column(Boolean)
    key: ClassVar[Any] = mapped_column(Uuid)
    words: ClassVar[Any] = mapped_column(ARRAY(Text))
    doc: ClassVar[Any] = mapped_column(JSONB)


OF = {
    "text": kinds.TEXT,
    "decimal": kinds.DECIMAL,
    "integer": kinds.INTEGER,
    "date": kinds.DATE,
    "instant": kinds.INSTANT,
    "boolean": kinds.BOOLEAN,
    "uuid": kinds.UUIDS,
}
FIELDS: dict[str, Field] = {
    **{name: fields.Single(getattr(Record, name), OF[kind]) for name, kind in KINDS.items()},
    "words": fields.Words(Record.words),
    "doc": fields.Json(Record.doc),
}
_START = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = ["", "a", "ab", "A", "b%", "a_", "é", "张伟", "张"]
NUMBERS: list[Any] = [-1, 0, 1, 1.5, 2, 1e3]
JSON: list[Any] = [None, True, False, *NUMBERS, *TEXTS[:4], ["a", "ab"], [1], [["a"]], {"c": "a"}, {"c": 1}]
VALUES: dict[str, list[Any]] = {
    "text": TEXTS,
    "decimal": ["-1", "0", "1.50", "1.5", 1, 1.5, "1000"],
    "integer": [-1, 0, 1, 2, 2**40],
    "date": [(date(2026, 1, 1) + timedelta(days)).isoformat() for days in range(3)],
    "instant": [(_START + timedelta(hours=hours)).isoformat() for hours in range(3)],
    "boolean": [True, False],
    "uuid": [str(UUID(int=number)) for number in range(3)],
}


def records(count: int, seed: int) -> list[dict[str, Any]]:
    """Return random records, a quarter of whose values is null."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated

    def some(values: list[Any]) -> Any:
        return None if chance.random() < 0.25 else chance.choice(values)

    def record(number: int) -> dict[str, Any]:
        return {
            "id": number,
            "label": some(TEXTS),
            "cost": some([Decimal(-1), Decimal(0), Decimal("1.5"), Decimal(1000)]),
            "number": some([-1, 0, 1, 2]),
            "day": some([date(2026, 1, 1) + timedelta(days) for days in range(3)]),
            "at": some([_START + timedelta(hours=hours) for hours in range(3)]),
            "flag": some([True, False]),
            "key": some([UUID(int=number) for number in range(3)]),
            "words": some([[], ["a"], ["a", "ab"], ["张", "b%"]]),
            "doc": {name: chance.choice(JSON) for name in "ab" if chance.random() < 0.8},
        }

    return [record(number) for number in range(count)]


def _predicate(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name.startswith("doc."):
        each = [_of(name, _operators(values), values) for values in (TEXTS[:4], NUMBERS, [True, False])]
        return st.integers(0, 2).flatmap(each.__getitem__)
    kind = KINDS.get(name, "text")
    return _of(name, FIELDS[name].operators, VALUES[kind])


def _operators(values: list[Any]) -> tuple[str, ...]:
    kind = {str: kinds.TEXT, bool: kinds.BOOLEAN}.get(type(values[0]), kinds.NUMBER)
    return kind.operators


def _of(name: str, operators: tuple[str, ...], values: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(values)
    several = {"in": st.lists(one, min_size=1, max_size=3), "between": st.lists(one, min_size=2, max_size=2)}
    each = {
        op: st.fixed_dictionaries(
            {
                "field": st.just(name),
                "op": st.just(op),
                "value": st.booleans() if op == "exists" else several.get(op, one),
            }
        )
        for op in operators
    }
    return st.sampled_from(operators).flatmap(each.__getitem__)


NAMES = [*KINDS, "words", "doc.a", "doc.b", "doc.a.c", "doc.a.0", "doc.b.-1", "doc.x"]
_predicates = {name: _predicate(name) for name in NAMES}  # made once, not at each draw
predicates = st.sampled_from(NAMES).flatmap(_predicates.__getitem__)


def _joined(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    if depth == 0:
        return predicates
    inner = _joined(depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        predicates,
        st.builds(lambda each: {"and": each}, several),
        st.builds(lambda each: {"or": each}, several),
        st.builds(lambda each: {"not": each}, inner),
    )


trees = _joined(3)  # so at most 27 predicates
