"""Keeping the sums of customers and groups new: of those who changed, and of shares that were fetched."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Integer,
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
    union,
)
from sqlalchemy.dialects.postgresql import BIT, insert

from services.scoring.costs.models import Allocation
from services.scoring.facts.models import ValueMark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.states.queries import CURRENCY
from services.scoring.totals.adding import (
    CLEAR,
    CLEAR_SHARES,
    IDS,
    MONTHS,
    SHARES,
    SUM_SHARES,
)
from services.scoring.totals.counting import PLACES, by_months
from services.scoring.totals.models import (
    GROUPS,
    SUMS,
    CustomerMonths,
    GroupShare,
    Place,
    SummedShares,
)
from services.scoring.totals.models import MONTHS as BITS
from shared.database import Transaction
from shared.statements import Runner, Statement

MOST = 5000  # marks that are dealt with at once
_PLACE = ("original_id", "current_id", *GROUPS, "months")


async def waiting(on: Runner) -> bool:
    """Whether anything is to be counted again."""
    return bool(await _WAITING.value(on))


async def count_marked(tx: Transaction, *, currency: str) -> bool:
    """Count marked customers again, or sum the shares of one cost; true when there was something to do.

    One worker at a time does, since two would wait for each other's groups in turns.
    """
    if not await _LOCK.value(tx.connection):
        return False
    marked = {UUID(int=row[0].int) for row in await _TAKE.all(tx.connection)}
    if marked:
        ids = [row[0] for row in await _MEANT.all(tx.connection, ids=list(marked))]
        await _recount(tx, ids, currency=currency)
        return True
    return await _sum_shares(tx)


async def mark_other_currencies(tx: Transaction, *, currency: str) -> None:
    """Mark everybody who was counted in another currency than the reporting one."""
    await _MARK_OTHER.value(tx.connection, currency=currency)


async def _recount(tx: Transaction, ids: Sequence[UUID], *, currency: str) -> None:
    """Take what these ids stand for from their groups, count it, and add it to the groups of today."""
    on = tx.connection
    await MONTHS.value(on, ids=ids, sign=-1)
    await _LEAVE.value(on, ids=ids)
    held = {row["original_id"]: row for row in await _HELD.all(on, ids=ids)}
    now = {row[0]: row for row in await PLACES.all(on, ids=ids, currency=currency)}
    moved = [id_ for id_ in ids if _groups(held.get(id_)) != _groups(now.get(id_))]
    if moved:
        await SHARES.value(on, ids=moved, sign=-1)
    await _place(tx, list(now.values()), [id_ for id_ in held if id_ not in now])
    if moved:
        await SHARES.value(on, ids=moved, sign=1)
        await CLEAR_SHARES.value(on)
    await _COUNT.value(on, ids=ids, currency=currency)
    await MONTHS.value(on, ids=ids, sign=1)
    await CLEAR.value(on)


def _groups(place: Record | None) -> tuple[Any, ...] | None:
    return None if place is None else tuple(place)[2 : 2 + len(GROUPS)]


async def _place(tx: Transaction, rows: Sequence[Record], gone: Sequence[UUID]) -> None:
    if rows:
        columns = map(list, zip(*map(tuple, rows), strict=True))
        await _STAND.value(tx.connection, **dict(zip(_PLACE, columns, strict=True)))
    if gone:
        await _FORGET.value(tx.connection, ids=gone)


async def _sum_shares(tx: Transaction) -> bool:
    """Sum shares that were fetched, or forget the sums of those that are read no more."""
    gone = [row[0] for row in await _GONE.all(tx.connection)]
    if gone:
        for statement in (_FORGET_SHARES, _FORGET_SUMMED):
            await statement.value(tx.connection, ids=gone)
        return True
    held = await _NEW.value(tx.connection)
    if held is not None:
        await _PATIENT.value(tx.connection)
        await SUM_SHARES.value(tx.connection, held=held)
        await _SUMMED.value(tx.connection, held=held)
    return held is not None


_key = func.hashtextextended(literal_column("'sums of groups'"), literal_column("0"))
_LOCK = Statement(select(func.pg_try_advisory_xact_lock(_key)))
_some = select(ValueMark.id).order_by(ValueMark.id).limit(literal_column(str(MOST), Integer))
_due = _some.with_for_update(skip_locked=True).cte("due")
_TAKE = Statement(delete(ValueMark).where(ValueMark.id == _due.c.id).returning(ValueMark.customer_id))
_now = select(Identity.current_id).where(Identity.original_id == any_(IDS))
_was = select(Place.current_id).where(Place.original_id == any_(IDS))
_whose = union(_now, _was).cte("whose")
_MEANT = Statement(
    union(
        select(Identity.original_id).join(_whose, _whose.c.current_id == Identity.current_id),
        select(Place.original_id).join(_whose, _whose.c.current_id == Place.current_id),
        select(func.unnest(IDS)),
    ),
    unguarded=COMPUTED,
)
_LEAVE = Statement(delete(CustomerMonths).where(CustomerMonths.customer_id == any_(IDS)))
_COUNT = Statement(
    insert(CustomerMonths).from_select(
        ["customer_id", "first_month", "last_month", "currency", *SUMS], by_months()
    ),
    unguarded=COMPUTED,
)
_HELD = Statement(select(Place.__table__).where(Place.original_id == any_(IDS)))
_types: Mapping[str, Any] = {name: Uuid if name.endswith("_id") else Text for name in _PLACE}
_rows = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _types.items()))
    .table_valued(*_PLACE)
    .render_derived()
)
_told = (cast(each, BIT(BITS)) if each.key == "months" else each for each in _rows.c)
_given = insert(Place).from_select(list(_PLACE), select(*_told))
_STAND = Statement(
    _given.on_conflict_do_update(
        index_elements=[Place.original_id], set_={name: _given.excluded[name] for name in _PLACE[1:]}
    )
)
_FORGET = Statement(delete(Place).where(Place.original_id == any_(IDS)))
_read = select(Allocation.held).where(Allocation.held.is_not(None))
_GONE = Statement(select(SummedShares.held).where(SummedShares.held.not_in(_read)))
_new = _read.where(Allocation.held.not_in(select(SummedShares.held)))
_NEW = Statement(_new.order_by(Allocation.held).limit(literal_column("1")))
_FORGET_SHARES = Statement(delete(GroupShare).where(GroupShare.held == any_(IDS)))
_FORGET_SUMMED = Statement(delete(SummedShares).where(SummedShares.held == any_(IDS)))
_SUMMED = Statement(insert(SummedShares).values(held=bindparam("held", type_=Uuid)))
_another = select(SummedShares.held).where(SummedShares.held.not_in(_read))
_WAITING = Statement(select(or_(select(ValueMark.id).exists(), _new.exists(), _another.exists())))
_other = select(CustomerMonths.customer_id).where(CustomerMonths.currency != CURRENCY).distinct()
_MARK_OTHER = Statement(insert(ValueMark).from_select(["customer_id"], _other))
_PATIENT = Statement(
    select(
        func.set_config(
            literal_column("'statement_timeout'"), literal_column("'10min'"), literal_column("true")
        )
    )
)
