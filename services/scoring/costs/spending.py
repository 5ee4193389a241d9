"""What was paid for customers in a window of days: their own costs, and their shares of others."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from services.scoring.costs.models import Allocation, Cost, Share
from services.scoring.identities.models import Identity
from services.scoring.states.queries import ONE, ZERO, rate

SINCE, UNTIL = bindparam("since", type_=Date), bindparam("until", type_=Date)
CENTS = literal_column("2", Integer)
_PLAIN = ("cost_id", "kind", "basis", "campaign")


def spent(customer: ColumnElement[Any] | None = None, among: CTE | None = None) -> Select[Any]:
    """Select what each customer bore of each cost in `:since` to `:until`, in the currency `:currency`.

    Columns: customer_id (as it is now), cost_id, kind, basis, campaign, amount in cents, null without an
    exchange rate for the first day of the cost. Of everybody, or of one `customer`; of all costs, or of those
    `among` the rows of `in_window`. As in interaction: what
    of a cost lies in the window is by days, rounded so that windows that follow each other add up; it is laid
    over the line on which all shares lie, and each bears what lies over its own.
    """
    cost, its = in_window() if among is None else among, aliased(Identity, name="its")
    whose = (its.current_id.label("customer_id"), *(cost.c[name] for name in _PLAIN))
    alone = select(*whose, _money(cost, cost.c.units)).join_from(
        cost, its, its.original_id == cost.c.customer_id
    )
    size, whole = func.abs(cost.c.units), func.nullif(cost.c.of_units, ZERO)
    part = func.div(size * Share.upto, whole) - func.div(size * (Share.upto - Share.units), whole)
    borne = func.coalesce(func.sign(cost.c.units) * part, ZERO)
    shared = (
        select(*whose, _money(cost, borne))
        .join_from(cost, Share, Share.held == cost.c.held)
        .join(its, its.original_id == Share.customer_id)
    )
    mine = () if customer is None else (its.current_id == customer,)
    return select(union_all(*(each.where(*mine) for each in (alone, shared))).subquery("spent"))


def in_window(*conditions: ColumnElement[bool]) -> CTE:
    """Return costs of the window, a row each: what of them is in it, in units that a share is counted in.

    `conditions` are over Cost. `whole`: they lie within the window. `of_units` are all that `held` shares.
    """
    t, its = Cost, Allocation
    whole = t.amount * _shift(func.scale(t.amount))
    days = t.last_day - t.first_day + ONE

    def before(day: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.round(whole * cast(day - t.first_day, Numeric) / days)

    first, last = func.greatest(t.first_day, SINCE), func.least(t.last_day, UNTIL)
    return (
        select(
            t.id.label("cost_id"),
            *(t.customer_id, t.kind, t.basis, t.campaign, t.currency),
            and_(t.first_day >= SINCE, t.last_day <= UNTIL).label("whole"),
            (before(last + ONE) - before(first)).label("units"),
            _shift(func.scale(t.amount)).label("per_unit"),
            rate(t.currency, t.first_day).label("rate"),
            *(its.held, its.units.label("of_units")),
            and_(t.customer_id.is_(None), or_(its.id.is_(None), ~its.fetched)).label("waiting"),
        )
        .join_from(t, its, its.cost_id == t.id, isouter=True)
        .where(~t.deleted, t.first_day <= UNTIL, t.last_day >= SINCE, *conditions)
        .cte("cost")
    )


def _shift(places: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.power(cast(literal_column("10"), Numeric), cast(places, Numeric))


def _money(cost: CTE, units: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.round(units / cost.c.per_unit * cost.c.rate, CENTS).label("amount")


def waiting() -> Select[Any]:
    """Select how many shared costs in the window have shares that were weighed anew and are not here yet."""
    cost = in_window()
    return select(func.count()).where(cost.c.waiting)
