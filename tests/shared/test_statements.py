"""Compiled statements: arguments in order, and no way around visibility."""

from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, MetaData, bindparam, func, insert, literal, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.auth import Principal, Visibility
from shared.statements import Statement, visible


class Base(DeclarativeBase):
    """Tables of this test."""

    metadata = MetaData(schema="test")


class Thing(Base):
    """A record with an owner."""

    __tablename__ = "things"
    __table_args__ = ({"info": {"guarded": True}},)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str | None]
    department: Mapped[str | None]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department")
        return cls.owner == bindparam("principal_id")


BY_ID = select(Thing.id, Thing.owner).where(Thing.id == bindparam("id"))


@pytest.mark.parametrize(
    "query",
    [
        select(Thing.id),
        select(func.count()).select_from(Thing),
        select(literal(1)).where(select(Thing.id).exists()),
        select(BY_ID.cte("things").c.id),
        select(literal(1)).union_all(select(Thing.id)),
        insert(Thing).from_select(["id"], select(Thing.id)),
    ],
    ids=["plain", "count", "exists", "cte", "union", "insert"],
)
def test_reading_a_guarded_table_outside_of_visible_does_not_compile(query: object) -> None:
    with pytest.raises(TypeError, match=r"test\.things"):
        Statement(query)  # type: ignore[arg-type]  # every one is executable
    assert Statement(query, unguarded="a test").sql  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("visibility", "condition"),
    [(Visibility.ALL, None), (Visibility.OWN, "owner ="), (Visibility.DEPARTMENT, "department =")],
)
def test_each_visibility_has_its_condition(visibility: Visibility, condition: str | None) -> None:
    principal = Principal("u-1", frozenset(), visibility, "east")
    sql = visible(BY_ID, Thing).statement(principal, {"id": 1}).sql.partition("WHERE")[2]
    assert ("AND" in sql) is (condition is not None)
    assert condition is None or condition in sql


def test_filters_apply_only_when_they_are_given() -> None:
    query = visible(select(Thing.id), Thing, {"owner": Thing.owner == bindparam("owner")})
    everybody = Principal("u-1", frozenset())
    assert "WHERE" not in query.statement(everybody, {"owner": None}).sql
    assert "owner = $1" in query.statement(everybody, {"owner": "a"}).sql
    assert query.statement(everybody, {"owner": "a"}) is query.statement(everybody, {"owner": "b"})


def test_arguments_come_in_order_with_constants_and_a_missing_one_is_named() -> None:
    statement = Statement(
        select(literal("x").label("x")).where(
            bindparam("b", type_=Thing.id.type) == bindparam("a", type_=Thing.id.type)
        )
    )
    assert statement.arguments({"a": 1, "b": 2, "ignored": 3}) == ["x", 2, 1]
    with pytest.raises(KeyError, match="a"):
        statement.arguments({"b": 2})
