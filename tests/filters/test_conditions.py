"""Filter trees: they find what a second reading of them finds, and say where they are wrong."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy import String, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable

from filters.conditions import Filter, condition, described, read
from filters.fields import Json, Single
from filters.kinds import TEXT
from shared.auth import Principal
from shared.database import speak_json
from shared.errors import Invalid, MaskedField
from shared.masking import PERSONAL
from shared.statements import Statement
from tests.filters.evaluator import matches
from tests.filters.records import FIELDS, Record, records, trees
from tests.support.databases import fresh

ANYBODY = Principal("u-1", frozenset())
MASKED = Principal("u-2", frozenset(), personal=False)
ALL = records(60, seed=7)
many = settings(
    max_examples=400,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PREDICATE = {"field": "label", "op": "eq", "value": "a"}


@pytest.fixture(scope="module")
async def table(postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """Fill the table."""
    async with fresh(postgres) as url:
        connection = await asyncpg.connect(url)
        await speak_json(connection)
        await connection.execute(str(CreateTable(Record.__table__).compile(dialect=_dialect())))
        keep = Statement(insert(Record).values({name: _bind(name) for name in ALL[0]}))
        for record in ALL:
            await keep.one(connection, **record)
        yield connection
        await connection.close()


def _dialect() -> Any:
    from sqlalchemy.dialects.postgresql import dialect  # noqa: PLC0415 - for this alone

    return dialect()


def _bind(name: str) -> Any:
    from sqlalchemy import bindparam  # noqa: PLC0415 - for this alone

    return bindparam(name, type_=Record.__table__.c[name].type)


async def found(table: asyncpg.Connection, tree: dict[str, Any]) -> set[int]:
    wanted = read(tree, FIELDS, ANYBODY)
    statement = Statement(select(Record.id).where(condition(wanted.shape, FIELDS)))
    return {row["id"] for row in await statement.all(table, **wanted.given)}


@given(trees)
@example({"not": {"not": {"field": "label", "op": "ne", "value": "a"}}})
@example({"not": {"and": [PREDICATE, {"field": "number", "op": "gt", "value": 0}]}})
@example({"field": "number", "op": "lt", "value": 2**62})
@example({"field": "cost", "op": "lt", "value": 1e300})
@many
async def test_a_tree_finds_what_it_says(table: asyncpg.Connection, tree: dict[str, Any]) -> None:
    assert await found(table, tree) == {record["id"] for record in ALL if matches(tree, record)}


@given(trees)
@settings(many, max_examples=50)
async def test_a_tree_and_its_complement_share_all_records(
    table: asyncpg.Connection, tree: dict[str, Any]
) -> None:
    here, others = await found(table, tree), await found(table, {"not": tree})
    assert not here & others
    assert len(here | others) == len(ALL)


def test_values_are_parameters_and_a_shape_is_one_statement() -> None:
    first = read({"and": [PREDICATE, {"field": "number", "op": "in", "value": [1, 2]}]}, FIELDS, ANYBODY)
    other = {"and": [{**PREDICATE, "value": "'; --"}, {"field": "number", "op": "in", "value": [3]}]}
    second = read(other, FIELDS, ANYBODY)
    assert first.shape == second.shape
    assert hash(first.shape) == hash(second.shape)
    assert second.given == {"f0": "'; --", "f1": [3]}
    assert "--" not in Statement(select(Record.id).where(condition(second.shape, FIELDS))).sql
    assert read(PREDICATE, FIELDS, ANYBODY).shape != first.shape


def nested(depth: int) -> dict[str, Any]:
    return PREDICATE if depth == 0 else {"not": nested(depth - 1)}


WRONG: list[tuple[Any, str, str, str]] = [
    ([], "/filter", "not_an_object", ""),
    ({}, "/filter/field", "missing", ""),
    ({"and": []}, "/filter/and", "not_a_list", ""),
    ({"or": {}}, "/filter/or", "not_a_list", ""),
    ({"and": [PREDICATE], "op": "eq"}, "/filter", "not_alone", ""),
    ({"and": [PREDICATE, 3]}, "/filter/and/1", "not_an_object", ""),
    ({"nott": PREDICATE}, "/filter/nott", "unknown_member", "not"),
    ({"field": "lable", "op": "eq", "value": "x"}, "/filter/field", "unknown_field", "label"),
    ({"field": "doc", "op": "eq", "value": "x"}, "/filter/field", "unknown_field", ""),
    ({"field": "doc.", "op": "eq", "value": "x"}, "/filter/field", "unknown_field", ""),
    ({"field": "label.a", "op": "eq", "value": "x"}, "/filter/field", "unknown_field", "label"),
    ({"field": "label", "op": "start_with", "value": "x"}, "/filter/op", "unknown_operator", "starts_with"),
    ({"field": "number", "op": "contains", "value": 1}, "/filter/op", "unknown_operator", "between"),
    ({"field": "label", "op": "eq"}, "/filter/value", "missing", "exists"),
    ({"field": "label", "op": "eq", "value": None}, "/filter/value", "missing", "exists"),
    ({"field": "label", "op": "eq", "value": 1}, "/filter/value", "value", ""),
    ({"field": "label", "op": "eq", "value": "x" * 1001}, "/filter/value", "value", ""),
    ({"field": "label", "op": "in", "value": []}, "/filter/value", "value", ""),
    ({"field": "label", "op": "in", "value": ["x"] * 1001}, "/filter/value", "value", ""),
    ({"field": "label", "op": "in", "value": [None]}, "/filter/value", "value", ""),
    ({"field": "label", "op": "between", "value": ["a"]}, "/filter/value", "value", "two"),
    ({"field": "label", "op": "exists", "value": 1}, "/filter/value", "value", ""),
    ({"field": "number", "op": "eq", "value": True}, "/filter/value", "value", "integer"),
    ({"field": "number", "op": "eq", "value": 1.5}, "/filter/value", "value", "integer"),
    ({"field": "cost", "op": "eq", "value": "1e9"}, "/filter/value", "value", "12.30"),
    ({"field": "cost", "op": "eq", "value": float("inf")}, "/filter/value", "value", ""),
    ({"field": "day", "op": "eq", "value": "2026-02-30"}, "/filter/value", "value", "date"),
    ({"field": "day", "op": "eq", "value": "20260201"}, "/filter/value", "value", "date"),
    ({"field": "at", "op": "eq", "value": "2026-02-01T00:00:00"}, "/filter/value", "value", "offset"),
    ({"field": "key", "op": "eq", "value": "x"}, "/filter/value", "value", "UUID"),
    ({"field": "flag", "op": "lt", "value": True}, "/filter/op", "unknown_operator", ""),
    ({"field": "doc.a", "op": "starts_with", "value": 1}, "/filter/value", "value", ""),
    ({"field": "doc.a", "op": "in", "value": [1, "a"]}, "/filter/value", "value", ""),
    ({"field": "doc.a", "op": "eq", "value": {}}, "/filter/value", "value", ""),
    ({"or": [PREDICATE] * 60 + [{"and": [PREDICATE] * 41}]}, "/filter", "too_many", "100"),
    ({"or": [PREDICATE] * 101}, "/filter/or", "not_a_list", "100"),
    (nested(6), "/filter/not/not/not/not/not", "too_deep", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "pointer", "code", "says"), WRONG)
def test_a_wrong_tree_names_the_place_and_the_nearest(tree: Any, pointer: str, code: str, says: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(tree, FIELDS, ANYBODY)
    error = raised.value.errors[0]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert says in error["detail"]


def test_every_wrong_place_is_named_at_once_and_nothing_is_echoed() -> None:
    wrong = {"field": "canary-7", "op": "canary-8", "value": "canary-9"}
    with pytest.raises(Invalid) as raised:
        read({"and": [wrong, PREDICATE, {"not": {**PREDICATE, "op": "canary"}}]}, FIELDS, ANYBODY)
    places = [error["pointer"] for error in raised.value.errors]
    assert places == ["/filter/and/0/field", "/filter/and/2/not/op"]
    assert "canary" not in str(raised.value.errors)


def test_the_bounds_themselves_are_within_bounds() -> None:
    assert read(nested(5), FIELDS, ANYBODY).given == {"f0": "a"}
    assert len(read({"or": [PREDICATE] * 100}, FIELDS, ANYBODY).given) == 100
    assert read({"field": "doc." + "a" * 200, "op": "exists"}, FIELDS, ANYBODY)
    assert condition(Filter().shape, FIELDS).compare(condition((), FIELDS))


def test_personal_fields_are_refused_to_who_may_not_read_them() -> None:
    class Base(DeclarativeBase):
        """Tables of this test."""

    class Person(Base):
        """Somebody."""

        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)
        mail: Mapped[str] = mapped_column(String, info=PERSONAL)
        notes: Mapped[str] = mapped_column(String, info=PERSONAL)
        town: Mapped[str]

    people = {
        "mail": Single(Person.mail, TEXT),
        "notes": Json(Person.notes),
        "town": Single(Person.town, TEXT),
    }
    mail, notes = {"field": "mail", "op": "exists"}, {"field": "notes.a", "op": "exists"}
    tree = {"or": [{"field": "town", "op": "eq", "value": "x"}, mail, {"not": notes}]}
    assert read(tree, people, ANYBODY).given == {"f0": "x", "f1": ["a"]}
    with pytest.raises(MaskedField) as raised:
        read(tree, people, MASKED)
    assert [error["pointer"] for error in raised.value.errors] == [
        "/filter/or/1/field",
        "/filter/or/2/not/field",
    ]
    with pytest.raises(MaskedField):
        read({"and": [mail, {"field": "nothing", "op": "eq"}]}, people, MASKED)


def test_the_fields_describe_themselves() -> None:
    table = described(FIELDS)
    assert "| `doc.<path>` | text, number or boolean |" in table
    assert "| `words` | list of text | contains in exists |" in table
