"""Masking: expressions that render personal data as null for those who may not read it.

A column that holds personal data says so: `mapped_column(info=PERSONAL)`. Everything else follows from that:
`json_object` masks and names what it renders of such columns, and statements refuse to be built that would
show or filter by them for everybody.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, asyncpg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

PERSONAL: dict[Any, Any] = {"personal": True}
_NONE: sa.ColumnElement[Any] = sa.literal_column("'[]'::json")
_CLOSED: sa.ColumnElement[Any] = sa.literal_column('\'{"from": null, "to": null}\'::jsonb')


class Dialect(asyncpg.dialect):
    """PostgreSQL as asyncpg speaks it; `masks` says for whom a statement is compiled."""

    supports_statement_cache = False  # every statement is compiled once and kept
    masks = False


class Either(sa.ColumnElement[Any]):
    """Compiles to `clear`, or to `masked` where personal data is masked."""

    __visit_name__ = "either"
    inherit_cache = False
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy declares it
        ("clear", InternalTraversal.dp_clauseelement),
        ("masked", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, clear: Any, masked: Any) -> None:  # noqa: ANN401 - expressions or attributes of models
        self.clear, self.masked = clear.expression, masked.expression
        self.type = self.clear.type

    @property
    def _from_objects(self) -> list[Any]:
        return [*self.clear._from_objects, *self.masked._from_objects]  # noqa: SLF001 - as SQLAlchemy's own elements do


@compiles(Either)
def _chosen(element: Either, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    masks = isinstance(compiler.dialect, Dialect) and compiler.dialect.masks
    return compiler.process(element.masked if masks else element.clear, **options)


def personal(expression: Any) -> sa.ColumnElement[Any]:  # noqa: ANN401 - an expression or an attribute of a model
    """Return the expression, null where personal data is masked."""
    return Either(expression, sa.null())


def named(names: Iterable[str]) -> sa.ColumnElement[Any]:
    """Return the JSON list of the names that are masked: empty where nothing is."""
    listed = ", ".join(f'"{name}"' for name in names)
    return Either(_NONE, sa.literal_column(f"'[{listed}]'::json"))


def masked_diff(diff: Any, fields: Iterable[str]) -> sa.ColumnElement[Any]:  # noqa: ANN401 - a jsonb column
    """Return a diff, field -> {from, to}, in which personal fields and their members show neither."""
    member = sa.func.jsonb_each(diff).table_valued("key", "value").c
    value = sa.case((_among(member.key, fields), _CLOSED), else_=sa.type_coerce(member.value, JSONB))
    pairs = sa.select(sa.func.jsonb_object_agg(member.key, value)).scalar_subquery()
    return Either(diff, sa.func.coalesce(pairs, sa.literal_column("'{}'::jsonb")))


def masked_in(diff: Any, fields: Iterable[str]) -> sa.ColumnElement[Any]:  # noqa: ANN401 - as above
    """Return the JSON list of what `masked_diff` does not show."""
    member = sa.func.jsonb_each(diff).table_valued("key", "value").c
    keys = sa.select(sa.func.json_agg(member.key)).where(_among(member.key, fields)).scalar_subquery()
    return Either(_NONE, sa.func.coalesce(keys, _NONE))


def _among(key: Any, fields: Iterable[str]) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a column
    """Whether a diff's key is one of the fields, or a member of one: "attributes.colour"."""
    field = sa.func.split_part(key, sa.literal_column("'.'"), sa.literal_column("1"))
    names: sa.ColumnElement[Any] = sa.literal_column(f"'{{{','.join(sorted(fields))}}}'::text[]")
    return field == sa.any_(names)


def columns_of(model: Any) -> frozenset[str]:  # noqa: ANN401 - a model
    """Return the names of a model's columns that hold personal data."""
    return frozenset(column.name for column in model.__table__.columns if column.info.get("personal"))


def shows(element: Any) -> bool:  # noqa: ANN401 - any clause
    """Whether an expression reads personal columns that nothing masks."""
    if isinstance(element, Either):
        return False
    if isinstance(element, sa.ColumnClause):
        return any(getattr(base, "info", {}).get("personal") for base in element.base_columns)
    return any(shows(child) for child in element.get_children())
