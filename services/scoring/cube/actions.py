"""Keeping the cube new: whose sales are to be counted again, a few customers at a time."""

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.cube.models import Cube, SoldLine
from services.scoring.cube.recounting import add_up, recount, recount_lines
from services.scoring.facts.actions import mark_values
from services.scoring.facts.models import SalesMark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.products import actions as products
from services.scoring.states.histories import PATIENT
from shared.database import Transaction
from shared.statements import Runner, Statement

MOST = 500  # which is a second or two: each touches some twenty cells for a line
# From so many on, and if they are no small part of all, lines come first, and then the whole cube at once.
MANY, PART = 5_000, 50


async def waiting(on: Runner) -> bool:
    """Whether anybody's sales are to be counted again."""
    return bool(await _WAITING.value(on))


async def late(on: Runner) -> bool:
    """Whether the cells wait for the lines of many customers."""
    return bool(await _LATE.value(on))


async def late_or_moving(on: Runner) -> bool:
    """Whether the cells wait, or may still be of those who saw customers before: some are on their way."""
    return bool(await _LATE_OR_MOVING.value(on))


async def count_marked(tx: Transaction, *, currency: str) -> int:
    """Count the sales of some marked customers again; return how many marks were dealt with, 1 for the cube.

    One worker at a time counts, since two would wait for each other's cells in turns. Marks are held while
    they are dealt with, so never while the whole cube is added up.
    """
    if not await _LOCK.value(tx.connection):
        return 0
    await PATIENT.value(tx.connection)  # on a busy machine, customers with many lines
    if changed := await products.stale(tx):
        await _MARK_STALE.value(tx.connection, products=changed)
    count = await _COUNT.value(tx.connection)
    cells_wait = await late(tx.connection)
    if cells_wait and count <= MOST:
        await add_up(tx)
        await _SET_LATE.value(tx.connection, late=False)
        return 1
    if not cells_wait and count > MANY and count * PART > await _LINES.value(tx.connection):
        await _SET_LATE.value(tx.connection, late=True)
        cells_wait = True
    marks = await _MARKS.all(tx.connection, most=MANY if cells_wait else MOST)
    marked = [UUID(int=row[0].int) for row in marks]
    if marked:
        ids = [UUID(int=row[0].int) for row in await _MEANT.all(tx.connection, ids=marked)]
        await (recount_lines if cells_wait else recount)(tx, ids, currency=currency)
        await mark_values(tx, ids)
        await _DONE.value(tx.connection, ids=marked)
    return len(marked)


async def mark_other_currencies(tx: Transaction, *, currency: str) -> None:
    """Mark everybody whose sales are counted in another currency than the reporting one."""
    await _MARK_OTHER.value(tx.connection, currency=currency)


def _marking(whose: ColumnElement[bool]) -> Statement:
    sellers = select(SoldLine.customer_id).where(whose).distinct()
    marks = insert(SalesMark).from_select(["customer_id"], sellers)
    return Statement(marks.on_conflict_do_nothing(), unguarded=COMPUTED)


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_moving = select(SalesMark.customer_id).where(SalesMark.moving).exists()
_late = select(Cube.late)
_LATE = Statement(_late)
_LATE_OR_MOVING = Statement(select(or_(_late.scalar_subquery(), _moving)))
_SET_LATE = Statement(update(Cube).values(late=bindparam("late", type_=Boolean)))
_marked = select(SalesMark.customer_id).exists()
_WAITING = Statement(select(or_(_marked, products.STALE.exists(), _late.scalar_subquery())))
_COUNT = Statement(select(func.count()).select_from(SalesMark))
_LINES = Statement(select(func.count()).select_from(SoldLine), unguarded=COMPUTED)
_key = func.hashtextextended(literal_column("'monthly cube'"), literal_column("0"))
_LOCK = Statement(select(func.pg_try_advisory_xact_lock(_key)))
_some = select(SalesMark.customer_id).limit(bindparam("most", type_=Integer))
_MARKS = Statement(_some.with_for_update(skip_locked=True))
_meant = select(Identity.original_id).where(Identity.current_id == any_(_IDS))
_given = select(func.unnest(_IDS).label("original_id"))
_MEANT = Statement(union_all(_meant, _given).subquery().select().distinct(), unguarded=COMPUTED)
_DONE = Statement(delete(SalesMark).where(SalesMark.customer_id == any_(_IDS)))
_MARK_STALE = _marking(SoldLine.product_id == any_(bindparam("products", type_=ARRAY(Uuid))))
_MARK_OTHER = _marking(SoldLine.currency != bindparam("currency", type_=Text))
