"""Replacing the sold lines of customers by what their facts say now, and the cube by the difference.

Or the lines of many customers first, and then the whole cube: a line changes some twenty cells one by one.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from services.scoring.cube.adding import ONE, SUMS, THREE, ZERO, added_up
from services.scoring.cube.grains import DIMENSIONS, OWNING
from services.scoring.cube.lines import COLUMNS, sold
from services.scoring.cube.models import Cell, SoldLine
from services.scoring.facts.models import Fact
from services.scoring.identities.models import COMPUTED
from shared.database import Transaction
from shared.statements import Statement


async def recount(tx: Transaction, ids: Sequence[UUID], *, currency: str) -> None:
    """Count what was sold under these customer ids again; the caller sees to it that nobody else does."""
    emptied = await _RECOUNT.all(tx.connection, ids=ids, currency=currency)
    if emptied:
        await _CLEAR.value(tx.connection, cells=[row[0] for row in emptied])


async def recount_lines(tx: Transaction, ids: Sequence[UUID], *, currency: str) -> None:
    """Count what was sold under these customer ids again, and leave the cells to `add_up`."""
    await _FORGET.value(tx.connection, ids=ids)
    await _SELL.value(tx.connection, ids=ids, currency=currency)


async def add_up(tx: Transaction) -> None:
    """Make all cells anew of all sold lines; the caller sees to it that nobody changes these."""
    await _ROOM.value(tx.connection)
    await _EMPTY.value(tx.connection)
    quarters = await _QUARTERS.all(tx.connection)
    for (first,) in quarters:  # one by one: so each statement is short, whatever years of sales there are
        await _FILL.value(tx.connection, first=first)


def _recount() -> Statement:
    """Replace the sold lines of `:ids`, add to the cells what that changes; return those left empty."""
    gone = _gone.returning(SoldLine).cte("gone")
    told = _come.returning(SoldLine).cte("come")
    both = union_all(
        select(*(told.c[name] for name in COLUMNS), ONE.label("sign")),
        select(*(gone.c[name] for name in COLUMNS), (-ONE).label("sign")),
    ).subquery("both")
    changed = into_cells(added_up(both)).returning(Cell.id, Cell.lines)
    cells = changed.cte("changed")
    return Statement(select(cells.c.id).where(cells.c.lines == ZERO), unguarded=COMPUTED)


def into_cells(changes: Select[Any]) -> Insert:
    """Add up with the cells what `added_up` gives."""
    given = _insert(changes)
    names = ("grain", "currency", "product_id", "month", *DIMENSIONS[1:], OWNING)
    return given.on_conflict_do_update(
        index_elements=[getattr(Cell, name) for name in names],
        set_={name: getattr(Cell, name) + given.excluded[name] for name in SUMS},
    )


def _insert(changes: Select[Any]) -> Insert:
    return insert(Cell).from_select([str(each.key) for each in changes.selected_columns], changes)


_ids = any_(bindparam("ids", type_=ARRAY(Uuid)))
_gone = delete(SoldLine).where(SoldLine.customer_id == _ids)
_come = insert(SoldLine).from_select(COLUMNS, sold(Fact.customer_id == _ids))
_RECOUNT = _recount()
_FORGET, _SELL = Statement(_gone), Statement(_come, unguarded=COMPUTED)
# Sorting millions of lines once for each grain: in memory, not in files.
_ROOM = Statement(
    select(func.set_config(*(literal_column(text, Text) for text in ("'work_mem'", "'256MB'")), true()))
)
_EMPTY = Statement(delete(Cell))
_first = SoldLine.month - SoldLine.month % THREE
_QUARTERS = Statement(select(_first).distinct(), unguarded=COMPUTED)
_all = (
    select(*(getattr(SoldLine, name) for name in COLUMNS), ONE.label("sign"))
    .where(_first == bindparam("first", type_=Integer))
    .subquery("all_lines")
)
_FILL = Statement(_insert(added_up(_all)), unguarded=COMPUTED)
_CLEAR = Statement(
    delete(Cell).where(Cell.id == any_(bindparam("cells", type_=ARRAY(BigInteger))), Cell.lines == ZERO)
)
