"""Keeping the newest version of each fact, and the list of customers that it touches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import TableValuedAlias

from services.scoring.facts.models import Fact, Mark, SalesMark, ValueMark
from services.scoring.facts.reading import Row
from shared.database import Transaction
from shared.statements import Statement


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the newest version of each fact."""
    ascending = sorted(rows, key=lambda row: (row.generation, row.version))
    return list({(row.kind, row.subject): row for row in ascending}.values())


async def replace(tx: Transaction, rows: Sequence[Row]) -> None:
    """Store facts, each once, if newer than the versions held; their customers are marked already."""
    order = sorted(rows, key=lambda row: (row.customer_id.int, row.kind, row.subject.int))
    if order:
        columns = {name: [getattr(row, name) for row in order] for name in _COLUMNS}
        await _REPLACE.value(tx.connection, told_at=tx.at, **columns)


async def whose(tx: Transaction, subjects: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Return the customer ids under which these facts are held now, so that a moved one is noticed."""
    found: dict[UUID, set[UUID]] = {}
    for row in await _WHOSE.all(tx.connection, subjects=subjects):
        found.setdefault(UUID(int=row["subject"].int), set()).add(UUID(int=row["customer_id"].int))
    return found


async def drop_moved(tx: Transaction, rows: Sequence[Row]) -> None:
    """Forget older versions that are held under another customer id than the one they now have."""
    columns = {name: [getattr(row, name) for row in rows] for name in _PLACED}
    await _DROP_MOVED.value(tx.connection, **columns)


async def retract(tx: Transaction, gone: Sequence[tuple[str, UUID, int, int]]) -> None:
    """Let deleted facts (kind, subject, generation, version) count no more.

    Their rows stay as a guard, without what they said.
    """
    if gone:
        columns = map(list, zip(*gone, strict=True))
        await _RETRACT.value(tx.connection, told_at=tx.at, **dict(zip(_GONE, columns, strict=True)))


async def sweep(tx: Transaction, generation: int) -> list[UUID]:
    """Mark the customer ids of facts that only earlier generations told of, and forget those facts."""
    ids = [UUID(int=row[0].int) for row in await _EARLIER.all(tx.connection, generation=generation)]
    await mark(tx, ids)
    await _FORGET.value(tx.connection, generation=generation)
    return ids


async def mark(tx: Transaction, ids: Iterable[UUID], *, rebuild: bool = False) -> None:
    """Put customer ids on the dirty lists, of scores and of sales.

    The rows are the locks that let one writer at a time rebuild a state, so this comes before any change of
    what the state is computed from.
    """
    order = sorted(set(ids), key=_NUMBER)
    if order:
        await _MARK.value(tx.connection, ids=order, rebuild=rebuild, at=tx.at)
        await mark_sales(tx, order)


async def mark_sales(tx: Transaction, ids: Iterable[UUID], *, moving: bool = False) -> None:
    """Put customer ids on the dirty list of sales alone; `moving` if others may see them now."""
    order = sorted(set(ids), key=_NUMBER)
    if order:
        await _MARK_SALES.value(tx.connection, ids=order, moving=moving)


async def mark_values(tx: Transaction, ids: Iterable[UUID]) -> None:
    """Let the sums of these customer ids by month, and those of their groups, be counted again."""
    order = sorted(set(ids), key=_NUMBER)
    if order:
        await _MARK_VALUES.value(tx.connection, ids=order)


def _rows(types: Mapping[str, Any]) -> TableValuedAlias:
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in types.items())
    return func.unnest(*arrays).table_valued(*types).render_derived()


def _elsewhere(held: Any, told: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    same = (held.subject == told.subject, held.kind == told.kind)
    return and_(*same, held.customer_id != told.customer_id)


_NUMBER = attrgetter("int")  # by which ids sort as PostgreSQL sorts them; comparing them themselves is slow
_TYPES: Mapping[str, Any] = {
    "customer_id": Uuid,
    "kind": Text,
    "subject": Uuid,
    "generation": Integer,
    "version": Integer,
    "day": Date,
    "amount": Numeric,
    "cost": Numeric,
    "costed": Numeric,
    "currency": Text,
    "status": Text,
    "order_id": Uuid,
    "return_id": Uuid,
    "counts": Boolean,
    "region": Text,
    "salesperson": Text,
    "department": Text,
    "lines": Text,
}
_COLUMNS = [field.name for field in fields(Row)]
_PLACE = ("customer_id", "kind", "subject")
_told_rows = _rows({name: _TYPES[name] for name in _COLUMNS})
_other = aliased(Fact)
_elsewhere_newer = select(_other.subject).where(_elsewhere(_other, _told_rows.c)).exists()
_told_at = bindparam("told_at", type_=DateTime(timezone=True))
_kept = (*_COLUMNS, "told_at")
_as_told = (cast(column, JSONB) if column.key == "lines" else column for column in _told_rows.c)
_given = insert(Fact).from_select(_kept, select(*_as_told, _told_at).where(~_elsewhere_newer))
_REPLACE = Statement(
    _given.on_conflict_do_update(
        index_elements=[Fact.customer_id, Fact.kind, Fact.subject],
        set_={name: _given.excluded[name] for name in _kept if name not in _PLACE},
        where=tuple_(Fact.generation, Fact.version)
        < tuple_(_given.excluded.generation, _given.excluded.version),
    )
)
_WHOSE = Statement(
    select(Fact.subject, Fact.customer_id).where(
        Fact.subject == any_(bindparam("subjects", type_=ARRAY(Uuid)))
    )
)
_PLACED = (*_PLACE, "generation", "version")
_moved = _rows({name: _TYPES[name] for name in _PLACED})

_DROP_MOVED = Statement(
    delete(Fact).where(
        _elsewhere(Fact, _moved.c),
        tuple_(Fact.generation, Fact.version) < tuple_(_moved.c.generation, _moved.c.version),
    )
)
_GONE = ("kind", "subject", "generation", "version")
_gone = _rows({name: _TYPES[name] for name in _GONE})
_SAYING_NOTHING = {
    **{name: literal_column("0", Numeric) for name in ("amount", "cost", "costed")},
    **{name: null() for name in ("region", "salesperson", "department")},
    "lines": literal_column("'[]'::jsonb", JSONB),
}
_held, _told = (tuple_(of.generation, of.version) for of in (Fact, _gone.c))
_RETRACT = Statement(
    update(Fact)
    .where(Fact.subject == _gone.c.subject, Fact.kind == _gone.c.kind, _held < _told)
    .values(
        **_SAYING_NOTHING,
        counts=False,
        generation=_gone.c.generation,
        version=_gone.c.version,
        told_at=_told_at,
    )
)
_before = Fact.generation < bindparam("generation", type_=Integer)
_EARLIER = Statement(select(Fact.customer_id).where(_before).distinct())
_FORGET = Statement(delete(Fact).where(_before))
_marked = insert(Mark).from_select(
    ["customer_id", "rebuild", "at"],
    select(
        func.unnest(bindparam("ids", type_=ARRAY(Uuid))),
        bindparam("rebuild", type_=Boolean),
        bindparam("at", type_=DateTime(timezone=True)),
    ),
)
_MARK = Statement(
    _marked.on_conflict_do_update(
        index_elements=[Mark.customer_id],
        set_={
            "rebuild": Mark.rebuild | _marked.excluded.rebuild,
            "again": False,
            "parked": False,
            "times": Mark.times + literal_column("1", Integer),
        },
    )
)
_sold = insert(SalesMark).from_select(
    ["customer_id", "moving"],
    select(func.unnest(bindparam("ids", type_=ARRAY(Uuid))), bindparam("moving", type_=Boolean)),
)
# Written anew even if it is there: whoever is counting this id holds the row, and is waited for.
_MARK_SALES = Statement(
    _sold.on_conflict_do_update(
        index_elements=[SalesMark.customer_id], set_={"moving": SalesMark.moving | _sold.excluded.moving}
    )
)
_MARK_VALUES = Statement(
    insert(ValueMark).from_select(["customer_id"], select(func.unnest(bindparam("ids", type_=ARRAY(Uuid)))))
)
