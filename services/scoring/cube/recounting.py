"""Replacing the sold lines of customers by what their facts say now, and the cube by the difference."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Select, Uuid, any_, bindparam, delete, select, union_all
from sqlalchemy.dialects.postgresql import Insert, insert

from services.scoring.cube.adding import ONE, SUMS, ZERO, added_up
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


def _recount() -> Statement:
    """Replace the sold lines of `:ids`, add to the cells what that changes; return those left empty."""
    ids = any_(bindparam("ids", type_=ARRAY(Uuid)))
    gone = delete(SoldLine).where(SoldLine.customer_id == ids).returning(SoldLine).cte("gone")
    come = insert(SoldLine).from_select(COLUMNS, sold(Fact.customer_id == ids))
    told = come.returning(SoldLine).cte("come")
    both = union_all(
        select(*(told.c[name] for name in COLUMNS), ONE.label("sign")),
        select(*(gone.c[name] for name in COLUMNS), (-ONE).label("sign")),
    ).subquery("both")
    changed = into_cells(added_up(both)).returning(Cell.id, Cell.lines)
    cells = changed.cte("changed")
    return Statement(select(cells.c.id).where(cells.c.lines == ZERO), unguarded=COMPUTED)


def into_cells(changes: Select[Any]) -> Insert:
    """Add up with the cells what `added_up` gives."""
    given = insert(Cell).from_select([str(each.key) for each in changes.selected_columns], changes)
    names = ("grain", "currency", "product_id", "month", *DIMENSIONS[1:], OWNING)
    return given.on_conflict_do_update(
        index_elements=[getattr(Cell, name) for name in names],
        set_={name: getattr(Cell, name) + given.excluded[name] for name in SUMS},
    )


_RECOUNT = _recount()
_CLEAR = Statement(
    delete(Cell).where(Cell.id == any_(bindparam("cells", type_=ARRAY(BigInteger))), Cell.lines == ZERO)
)
