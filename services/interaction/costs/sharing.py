"""The statements that share one cost: to the unit, by largest remainder; only what changed is written."""

from typing import Any

from sqlalchemy import (
    CTE,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.interaction.costs.shares import Share
from services.interaction.costs.weighing import COST, ONE, SHARED, UNRATED, WEIGHTS
from shared.statements import Statement

SHARING = "shares costs among everybody"
ZERO = literal_column("0", Integer)
_NONE = cast(literal_column("0"), Numeric)
_FIGURES = ("weight", "units", "upto")


def _split() -> CTE:
    """Give every bearer the whole units of its share; those with the largest remainders get one more each."""
    size = func.abs(SHARED.c.units)
    total = func.sum(WEIGHTS.c.weight).over()
    weighed = (
        select(
            WEIGHTS,
            size.label("size"),
            func.div(size * WEIGHTS.c.weight, total).label("units"),
            func.mod(size * WEIGHTS.c.weight, total).label("remainder"),
        )
        .join_from(WEIGHTS, SHARED, SHARED.c.id == WEIGHTS.c.cost_id)
        .subquery("weighed")
    )
    left = weighed.c.size - func.sum(weighed.c.units).over()
    turn = func.row_number().over(order_by=(weighed.c.remainder.desc(), weighed.c.customer_id))
    more = case((turn <= left, ONE), else_=ZERO)
    plain = (weighed.c.cost_id, weighed.c.customer_id, weighed.c.weight)
    whole = select(*plain, (weighed.c.units + more).label("units")).subquery("whole")
    return select(whole, func.sum(whole.c.units).over(order_by=whole.c.customer_id).label("upto")).cte(
        "split"
    )


def _share() -> Select[Any]:
    fresh, held = _split(), aliased(Share, name="held")
    same = and_(held.cost_id == fresh.c.cost_id, held.customer_id == fresh.c.customer_id)
    differs = or_(
        held.cost_id.is_(None),
        tuple_(*(getattr(held, name) for name in _FIGURES)).is_distinct_from(
            tuple_(*(fresh.c[name] for name in _FIGURES))
        ),
    )
    changed = select(*(fresh.c[name] for name in ("cost_id", "customer_id", *_FIGURES))).join_from(
        fresh, held, same, isouter=True
    )
    given = insert(Share).from_select(["cost_id", "customer_id", *_FIGURES], changed.where(differs))
    put = (
        given.on_conflict_do_update(
            index_elements=[Share.cost_id, Share.customer_id],
            set_={name: given.excluded[name] for name in _FIGURES},
        )
        .returning(Share.customer_id)
        .cte("put")
    )
    still = select(ONE).where(fresh.c.customer_id == Share.customer_id).exists()
    gone = delete(Share).where(Share.cost_id == COST, ~still).returning(Share.customer_id).cte("gone")
    counted = select(func.count()).select_from(put).scalar_subquery()
    removed = select(func.count()).select_from(gone).scalar_subquery()
    unrated = select(UNRATED.c.orders).scalar_subquery()
    return select(
        func.count().label("customers"),
        func.coalesce(func.sum(fresh.c.units), _NONE).label("units"),
        func.coalesce(func.sum(fresh.c.weight), _NONE).label("of_weights"),
        func.coalesce(unrated, ZERO).label("orders_without_rate"),
        (counted + removed).label("changed"),
    ).select_from(fresh)


# Shares the cost `:cost` anew, and says how, and how many shares are others than before.
SHARE = Statement(_share(), unguarded=SHARING)
