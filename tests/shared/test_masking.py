"""Masking: personal columns reach nobody who may not read them, however a statement shows them."""

from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, MetaData, String, bindparam, cast, func, insert, literal, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.auth import Principal, Visibility
from shared.errors import MaskedField
from shared.masking import PERSONAL, masked_diff, masked_in, personal
from shared.statements import Shown, Statement, Visible, json_object, visible


class Base(DeclarativeBase):
    """Tables of this test."""

    metadata = MetaData(schema="test")


class Thing(Base):
    """A record with a secret."""

    __tablename__ = "things"
    __table_args__ = ({"info": {"guarded": True}},)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    colour: Mapped[str]
    secret: Mapped[str | None] = mapped_column(info=PERSONAL)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        return cls.colour == bindparam("principal_id")


RECORD = json_object(id=Thing.id, secret=Thing.secret, first=func.left(Thing.secret, 1), colour=Thing.colour)
CLEAR = Principal("u-1", frozenset())
MASKED = Principal("u-1", frozenset(), personal=False)
_raw = select(Thing.id, Thing.secret).cte("raw")
_made = insert(Thing).values(id=bindparam("id")).returning(*Thing.__table__.c).cte("made")


@pytest.mark.parametrize(
    "query",
    [
        select(Thing.secret),
        select(Thing),
        select(func.upper(cast(Thing.secret, String))),
        select(_raw.c.secret),
        select(select(Thing.secret.label("other")).subquery().c.other),
        select(select(Thing.secret).limit(1).scalar_subquery()),
        select(literal(1)).union_all(select(Thing.secret)),
        insert(Thing).values(id=bindparam("id")).returning(Thing.secret),
        update(Thing).values(secret=None).returning(func.left(Thing.secret, 2)),
        select(_made.c.secret),
        select(RECORD),
        select(select(RECORD.label("data")).subquery().c.data),
    ],
    ids=[
        "column",
        "table",
        "function",
        "cte",
        "label",
        "subquery",
        "union",
        "insert",
        "update",
        "made",
        "record",
        "nested",
    ],
)
def test_personal_columns_are_not_shown_without_a_reason(query: object) -> None:
    with pytest.raises(TypeError, match="personal"):
        Statement(query, unguarded="a test")  # type: ignore[arg-type]  # every one is executable
    assert Statement(query, unguarded="a test", clear="a test").sql  # type: ignore[arg-type]  # as above


def test_what_shows_nothing_personal_needs_no_reason() -> None:
    assert Statement(select(Thing.id).where(Thing.secret == bindparam("secret")), unguarded="a test").sql
    assert Statement(select(_raw.c.id), unguarded="a test").sql
    with pytest.raises(TypeError, match="personal"):
        visible(select(Thing.id, Thing.secret), Thing)
    assert visible(select(Thing.id, Thing.secret), Thing, clear="a test").statement(MASKED, {}).sql


def columns(sql: str) -> str:
    """Return what a select shows."""
    return " ".join(sql.partition("FROM")[0].split())


@pytest.mark.parametrize("whose", [visible(select(RECORD), Thing), Shown(select(RECORD), unguarded="a test")])
def test_a_record_names_what_it_masks(whose: Visible | Shown) -> None:
    def shown_to(principal: Principal) -> str:
        made = whose.to(principal) if isinstance(whose, Shown) else whose.statement(principal, {})
        return columns(made.sql)

    assert shown_to(CLEAR).endswith(
        "json_build_object('id', test.things.id, 'secret', test.things.secret, 'first', "
        "left(test.things.secret, $1::INTEGER), 'colour', test.things.colour, 'masked', '[]'::json) "
        "AS json_build_object_1"
    )
    assert shown_to(MASKED).endswith(
        "json_build_object('id', test.things.id, 'secret', NULL, 'first', NULL, "
        "'colour', test.things.colour, 'masked', '[\"secret\", \"first\"]'::json) AS json_build_object_1"
    )


def test_a_record_without_personal_columns_has_nothing_to_name() -> None:
    query = visible(select(json_object(id=Thing.id)), Thing)
    assert "masked" not in query.statement(MASKED, {}).sql


def test_a_part_can_be_masked_alone() -> None:
    line = json_object(line=func.coalesce(personal(Thing.secret), Thing.colour))
    query = visible(select(line), Thing)
    assert "coalesce(test.things.secret, test.things.colour)" in query.statement(CLEAR, {}).sql
    assert "coalesce(NULL, test.things.colour)" in query.statement(MASKED, {}).sql


def test_nobody_filters_by_what_he_may_not_read() -> None:
    same = select(Thing.id).where(Thing.secret == bindparam("secret")).scalar_subquery()
    filters = {
        "secret": Thing.secret == bindparam("secret"),
        "start": func.left(Thing.secret, 1) == bindparam("start"),
        "like": Thing.id == same,
        "colour": Thing.colour == bindparam("colour"),
    }
    query = visible(select(Thing.id), Thing, filters)
    for name in ("secret", "start", "like"):
        with pytest.raises(MaskedField) as refused:
            query.statement(MASKED, {name: "x"})
        assert refused.value.errors[0]["parameter"] == name
        assert query.statement(CLEAR, {name: "x"}).sql
        assert query.statement(MASKED, {name: None}).sql
    assert query.statement(MASKED, {"colour": "x"}).sql


def test_a_diff_hides_personal_fields_and_their_members() -> None:
    diff = bindparam("diff")
    shown = Shown(select(masked_diff(diff, ["attributes"]), masked_in(diff, ["attributes"])))
    assert "jsonb_each" not in shown.to(CLEAR).sql
    assert shown.to(MASKED).sql.count("split_part") == 2
