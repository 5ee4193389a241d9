"""A small service to tell about: guarded things with an owner, a department and a value."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from feed.tables import Feed
from feed.write import entries
from shared.auth import Principal, Visibility
from shared.database import NAMING
from shared.statements import Statement, json_object

SCHEMA = "things"


class Base(DeclarativeBase):
    """Tables of these tests."""

    metadata = sa.MetaData(schema=SCHEMA, naming_convention=NAMING)


FEED = Feed(Base.metadata, "/things")


class Thing(Base):
    """A record with an owner."""

    __tablename__ = "things"
    __table_args__ = ({"info": {"guarded": True}},)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default="1")
    value: Mapped[int] = mapped_column(server_default="0")
    owner: Mapped[str | None]
    department: Mapped[str | None]
    deleted: Mapped[bool] = mapped_column(server_default=sa.false())

    @classmethod
    def visible_to(cls, visibility: Visibility) -> sa.ColumnElement[bool]:
        if visibility is Visibility.DEPARTMENT:
            return cls.department == sa.bindparam("principal_department")
        return cls.owner == sa.bindparam("principal_id")


STATE = sa.select(
    Thing.id,
    Thing.version,
    Thing.deleted,
    json_object(id=Thing.id, value=Thing.value, owner=Thing.owner).label("data"),
)
WRITER = Principal("u-1", frozenset("*"), source="erp")


def _upsert() -> Statement:
    """Set values of many things in one statement, with its entries: one header per type."""
    table: Any = Thing.__table__
    given = (sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid)), sa.bindparam("values", type_=sa.ARRAY(sa.Integer)))
    columns = (sa.column("id", sa.Uuid), sa.column("value", sa.Integer))
    rows = sa.func.unnest(*given).table_valued(*columns).render_derived()
    write = insert(table).from_select(["id", "value"], sa.select(rows.c.id, rows.c.value).order_by(rows.c.id))
    fresh = write.excluded.value
    write = write.on_conflict_do_update(
        index_elements=["id"],
        set_={"version": table.c.version + 1, "value": fresh},
        where=table.c.value.is_distinct_from(fresh),
    )
    diff = sa.func.jsonb_build_object("value", sa.func.jsonb_build_object("to", table.c.value))
    kind = sa.case((table.c.version == 1, "thing.created"), else_="thing.updated")
    changed = write.returning(
        table.c.id.label("subject"),
        table.c.version,
        diff.label("diff"),
        table.c.owner,
        table.c.department,
        kind.label("type"),
    ).cte("changed")
    return Statement(
        sa.select(changed.c.subject, changed.c.version).add_cte(*entries(FEED, changed, changed.c.type)),
        unguarded="tests write as they like",
    )


UPSERT = _upsert()


def shape(row: Any) -> tuple[str, int, Sequence[int]]:
    """What a header says, for comparisons."""
    return row["type"], row["n"], row["versions"]
