"""Keeping states equal to their facts: counted again, or added to."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Numeric,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.scoring.facts.models import Fact, Kind
from services.scoring.facts.reading import Row
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, ONE, ZERO, counting, recount
from shared.database import Transaction
from shared.statements import Statement


async def rebuild(tx: Transaction, ids: Sequence[UUID], *, currency: str) -> None:
    """Recount the states of these customer ids from their facts; the caller holds their marks."""
    if ids:
        await _REBUILD.value(tx.connection, ids=ids, currency=currency)
        await _CLEAR.value(tx.connection, ids=ids)


async def add(tx: Transaction, new: Sequence[Row], *, currency: str) -> set[UUID]:
    """Add new purchases in the currency of the states; return the customer ids whose state now has them.

    It has them all or none: they are left out where one is not after everything that counts already, where
    there is no purchase yet, or where something was taken back, maybe of one of them.
    """
    if not new:
        return set()
    columns = {name: [getattr(row, name) for row in new] for name in _NEW}
    rows = await _ADD.all(tx.connection, **columns, currency=currency)
    return {UUID(int=row[0].int) for row in rows}


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_counted = recount(Fact.customer_id, Fact.customer_id == any_(_IDS))
_names = [str(column.key) for column in _counted.selected_columns]
_given = insert(State).from_select([*_names, "currency"], _counted.add_columns(CURRENCY))
_REBUILD = Statement(
    _given.on_conflict_do_update(
        index_elements=[State.customer_id],
        set_={column.key: column for column in _given.excluded if column.key != "customer_id"},
    )
)
# As the recount sees it: what it finds nothing of would otherwise stay as it was.
_counted_still = select(ONE).where(Fact.customer_id == State.customer_id, *counting()).exists()
_CLEAR = Statement(delete(State).where(State.customer_id == any_(_IDS), ~_counted_still))


def _adding() -> Statement:
    arrays = (bindparam(name, type_=ARRAY(kind)) for name, kind in _NEW.items())
    told = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in _NEW.items()))
    one = told.render_derived(name="told").c
    sums = (func.sum(one[name]).label(name) for name in _SUMMED)
    day = (
        select(one.customer_id, one.day, func.count().label("orders"), *sums)
        .group_by(one.customer_id, one.day)
        .subquery("day")
        .c
    )
    new = (
        select(
            day.customer_id,
            func.min(day.day).label("first_day"),
            func.max(day.day).label("last_day"),
            func.count().label("days"),
            func.sum(day.amount * day.amount).label("squares"),
            *(func.sum(day[name]).label(name) for name in ("orders", *_SUMMED)),
        )
        .group_by(day.customer_id)
        .subquery("new")
        .c
    )
    back = (literal_column(f"'{kind}'", Text) for kind in (Kind.RETURN, Kind.CREDIT_NOTE))
    taken_back = select(ONE).where(Fact.customer_id == State.customer_id, Fact.kind.in_(back)).exists()
    more = {
        **dict.fromkeys(("days", "repeat_days"), new.days),
        **dict.fromkeys(("orders", "priced_orders"), cast(new.orders, Integer)),
        **dict.fromkeys(("money", "repeat_money"), new.amount),
        **{name: new[name] for name in ("squares", "cost", "costed")},
    }
    return Statement(
        update(State)
        .where(
            State.customer_id == new.customer_id,
            State.currency == CURRENCY,
            State.days > ZERO,
            State.through < new.first_day,
            ~taken_back,
        )
        .values(
            **{name: getattr(State, name) + value for name, value in more.items()},
            last_day=new.last_day,
            through=new.last_day,
        )
        .returning(State.customer_id)
    )


_SUMMED = ("amount", "cost", "costed")
_NEW: Mapping[str, Any] = {"customer_id": Uuid, "day": Date, **dict.fromkeys(_SUMMED, Numeric)}
_ADD = _adding()
