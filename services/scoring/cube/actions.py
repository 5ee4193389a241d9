"""Keeping sold lines equal to their facts, and the cube equal to the sold lines."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.cube.grains import DIMENSIONS, GRAINS
from services.scoring.cube.lines import COLUMNS, sold
from services.scoring.cube.models import Cell, SoldLine
from services.scoring.facts.models import Fact, SalesMark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.products import actions as products
from shared.database import Transaction
from shared.statements import Runner, Statement

MOST = 2000


async def waiting(on: Runner) -> bool:
    """Whether anybody's sales are to be counted again."""
    return bool(await _WAITING.value(on))


async def count_marked(tx: Transaction, *, currency: str) -> int:
    """Count the sales of marked customers again, at most MOST of them; return how many marks were dealt with.

    One worker at a time counts, since two would wait for each other's cells in turns.
    """
    if not await _LOCK.value(tx.connection):
        return 0
    if changed := await products.stale(tx):
        await _MARK_STALE.value(tx.connection, products=changed)
    marked = [UUID(int=row[0].int) for row in await _MARKS.all(tx.connection)]
    if marked:
        ids = [UUID(int=row[0].int) for row in await _MEANT.all(tx.connection, ids=marked)]
        await _count(tx, ids, currency)
        await _DONE.value(tx.connection, ids=marked)
    return len(marked)


async def count_everybody_again(tx: Transaction, *, currency: str) -> None:
    """Mark everybody whose sales are counted in another currency than the reporting one."""
    await _MARK_OTHER.value(tx.connection, currency=currency)


async def _count(tx: Transaction, ids: Sequence[UUID], currency: str) -> None:
    emptied = await _RECOUNT.all(tx.connection, ids=ids, currency=currency)
    if emptied:
        await _CLEAR.value(tx.connection, cells=[row[0] for row in emptied])


_MEASURES = ("quantity", "amount", "cost", "costed")
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_ZERO, _ONE = literal_column("0", Integer), literal_column("1", Integer)


def added_up(lines: Any) -> Select[Any]:  # noqa: ANN401 - a table with the columns of SoldLine and a `sign`
    """Add up signed lines by month and each grain: rows of Cell, leaving out those that change nothing."""
    of = lines.c
    keys = [of[name] for name in DIMENSIONS]

    def different(sign: int) -> ColumnElement[Any]:
        return func.count(of.order_id.distinct()).filter(of.sign == literal_column(str(sign)))

    def unpriced(sign: int) -> ColumnElement[Any]:
        priced = (of.sign == literal_column(str(sign)), of.unpriced > _ZERO)
        return func.count(of.order_id.distinct()).filter(*priced)

    sums = {
        "lines": func.sum(of.sign),
        "orders": different(1) - different(-1),
        "unpriced": unpriced(1) - unpriced(-1),
        **{name: func.sum(of[name] * of.sign) for name in _MEASURES},
    }
    sets = (tuple_(of.currency, of.month, *(of[name] for name in grain)) for grain in GRAINS)
    return (
        select(
            cast(func.grouping(*keys), SmallInteger).label("grain"),
            of.currency,
            of.month,
            *keys,
            *(value.label(name) for name, value in sums.items()),
        )
        .group_by(func.grouping_sets(*sets))
        .having(or_(*(value != _ZERO for value in sums.values())))
    )


def _recount() -> Statement:
    """Replace the sold lines of `:ids`, and change the cells by the difference; return those left empty."""
    gone = delete(SoldLine).where(SoldLine.customer_id == any_(_IDS)).returning(SoldLine).cte("gone")
    come = insert(SoldLine).from_select(COLUMNS, sold(Fact.customer_id == any_(_IDS)))
    told = come.returning(SoldLine).cte("come")
    both = union_all(
        select(*(told.c[name] for name in COLUMNS), _ONE.label("sign")),
        select(*(gone.c[name] for name in COLUMNS), (-_ONE).label("sign")),
    ).subquery("both")
    changes = added_up(both)
    sums = ("lines", "orders", "unpriced", *_MEASURES)
    given = insert(Cell).from_select([str(each.key) for each in changes.selected_columns], changes)
    names = ("grain", "currency", "product_id", "month", *DIMENSIONS[1:])
    changed = given.on_conflict_do_update(
        index_elements=[getattr(Cell, name) for name in names],
        set_={name: getattr(Cell, name) + given.excluded[name] for name in sums},
    ).returning(Cell.id, Cell.lines)
    cells = changed.cte("changed")
    return Statement(select(cells.c.id).where(cells.c.lines == _ZERO), unguarded=COMPUTED)


_WAITING = Statement(select(or_(select(SalesMark.customer_id).exists(), products.STALE.exists())))
_LOCK = Statement(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(literal_column("'monthly cube'"), _ZERO)))
)
_MARKS = Statement(
    select(SalesMark.customer_id).limit(literal_column(str(MOST))).with_for_update(skip_locked=True)
)
_meant = select(Identity.original_id).where(Identity.current_id == any_(_IDS))
_MEANT = Statement(
    union_all(_meant, select(func.unnest(_IDS).label("original_id"))).subquery().select().distinct(),
    unguarded=COMPUTED,
)
_RECOUNT = _recount()
_CLEAR = Statement(
    delete(Cell).where(Cell.id == any_(bindparam("cells", type_=ARRAY(BigInteger))), Cell.lines == _ZERO)
)
_DONE = Statement(delete(SalesMark).where(SalesMark.customer_id == any_(_IDS)))


def _marking(*whose: ColumnElement[bool]) -> Statement:
    sellers = select(SoldLine.customer_id).where(*whose).distinct()
    return Statement(insert(SalesMark).from_select(["customer_id"], sellers).on_conflict_do_nothing())


_MARK_STALE = _marking(SoldLine.product_id == any_(bindparam("products", type_=ARRAY(Uuid))))
_MARK_OTHER = _marking(SoldLine.currency != bindparam("currency", type_=Text))
