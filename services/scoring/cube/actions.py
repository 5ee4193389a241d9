"""Keeping the cube new: whose sales are to be counted again, a few customers at a time."""

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
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
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.cube.models import SoldLine
from services.scoring.cube.recounting import recount
from services.scoring.facts.actions import mark_values
from services.scoring.facts.models import SalesMark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.products import actions as products
from services.scoring.states.histories import PATIENT
from shared.database import Transaction
from shared.statements import Runner, Statement

MOST = 500  # which is a second or two: each touches some twenty cells for a line


async def waiting(on: Runner) -> bool:
    """Whether anybody's sales are to be counted again."""
    return bool(await _WAITING.value(on))


async def moving(on: Runner) -> bool:
    """Whether customers are on their way to those who see them now: cells may be of those who did before."""
    return bool(await _MOVING.value(on))


async def count_marked(tx: Transaction, *, currency: str) -> int:
    """Count the sales of marked customers again, at most MOST of them; return how many marks were dealt with.

    One worker at a time counts, since two would wait for each other's cells in turns.
    """
    if not await _LOCK.value(tx.connection):
        return 0
    await PATIENT.value(tx.connection)  # on a busy machine, customers with many lines
    if changed := await products.stale(tx):
        await _MARK_STALE.value(tx.connection, products=changed)
    marked = [UUID(int=row[0].int) for row in await _MARKS.all(tx.connection)]
    if marked:
        ids = [UUID(int=row[0].int) for row in await _MEANT.all(tx.connection, ids=marked)]
        await recount(tx, ids, currency=currency)
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
_WAITING = Statement(select(or_(select(SalesMark.customer_id).exists(), products.STALE.exists())))
_MOVING = Statement(select(select(SalesMark.customer_id).where(SalesMark.moving).exists()))
_key = func.hashtextextended(literal_column("'monthly cube'"), literal_column("0"))
_LOCK = Statement(select(func.pg_try_advisory_xact_lock(_key)))
_some = select(SalesMark.customer_id).limit(literal_column(str(MOST)))
_MARKS = Statement(_some.with_for_update(skip_locked=True))
_meant = select(Identity.original_id).where(Identity.current_id == any_(_IDS))
_given = select(func.unnest(_IDS).label("original_id"))
_MEANT = Statement(union_all(_meant, _given).subquery().select().distinct(), unguarded=COMPUTED)
_DONE = Statement(delete(SalesMark).where(SalesMark.customer_id == any_(_IDS)))
_MARK_STALE = _marking(SoldLine.product_id == any_(bindparam("products", type_=ARRAY(Uuid))))
_MARK_OTHER = _marking(SoldLine.currency != bindparam("currency", type_=Text))
