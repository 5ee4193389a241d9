"""Reading what groups of customers came to in whole months, for whoever sees every customer."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    SmallInteger,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)

from services.scoring.costs.models import Cost
from services.scoring.costs.spending import SINCE, UNTIL, in_window, spent
from services.scoring.cube.lines import month_of
from services.scoring.facts.models import SalesMark, ValueMark
from services.scoring.identities.models import COMPUTED
from services.scoring.runs.models import ScoringRun
from services.scoring.scores.models import Score
from services.scoring.states.queries import CURRENCY
from services.scoring.totals.counting import NOT_ACTIVE, active
from services.scoring.totals.models import GROUPS, PAID, SOLD, GroupMonths, GroupShare, Place, SummedShares
from shared.statements import Statement

BOTH = (*SOLD, *PAID, "unrated")
_NOTHING, _ZERO = cast(null(), Numeric), literal_column("0", Integer)
_ONE, _CENTS = literal_column("1", Integer), literal_column("100", Integer)
_DIMENSION = bindparam("dimension", type_=SmallInteger)


def _named(given: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [cast(given.get(name, _NOTHING), Numeric).label(name) for name in BOTH]


def _kept() -> Select[Any]:
    """Select what is kept of groups by months that lie within the window."""
    of = GroupMonths
    return select(of.key, *_named({name: getattr(of, name) for name in (*SOLD, *PAID)})).where(
        of.dimension == _DIMENSION,
        of.currency == CURRENCY,
        of.first_month >= month_of(SINCE),
        of.last_month <= month_of(UNTIL),
    )


def _told(cost: CTE) -> ColumnElement[bool]:
    """Say that a shared cost is told by what is kept: it lies in the window, and its shares are cents."""
    return and_(
        cost.c.whole,
        cost.c.currency == CURRENCY,
        select(SummedShares.held).where(SummedShares.held == cost.c.held).exists(),
        func.abs(cost.c.units) == cost.c.of_units,
        cost.c.per_unit <= _CENTS,
    )


def _of_kind(kind: Any, amount: Any) -> dict[str, Any]:  # noqa: ANN401 - columns
    return {name: case((kind == literal_column(f"'{name}'", Text), amount)) for name in PAID}


def _shared(cost: CTE) -> Select[Any]:
    """Select what groups bear of the shared costs whose shares are summed."""
    of = GroupShare
    amount = func.sign(cost.c.units) * of.units / cost.c.per_unit
    return (
        select(of.key, *_named(_of_kind(cost.c.kind, amount)))
        .join_from(cost, of, of.held == cost.c.held)
        .where(cost.c.customer_id.is_(None), _told(cost), of.dimension == _DIMENSION)
    )


def _rest(cost: CTE) -> Select[Any]:
    """Select what of other costs each customer bore: those that the window cuts, or in another currency."""
    left = select(cost).where(or_(cost.c.customer_id.is_not(None), ~_told(cost))).cte("rest_of_costs")
    borne = spent(among=left).subquery("borne")
    unrated = case((borne.c.amount.is_(None), _ONE), else_=_ZERO)
    sums = {**_of_kind(borne.c.kind, borne.c.amount), "unrated": unrated}
    return select(_key(), *_named(sums)).join_from(borne, Place, Place.original_id == borne.c.customer_id)


def _key() -> ColumnElement[str]:
    return case(
        *((literal_column(str(at)) == _DIMENSION, getattr(Place, name)) for at, name in enumerate(GROUPS)),
        else_=literal_column("''", Text),
    ).label("key")


def _counted() -> Any:  # noqa: ANN401 - a subquery
    """Count the customers who bought or had a cost of their own, and add up what is expected of them."""
    month = func.generate_series(month_of(SINCE), month_of(UNTIL)).table_valued("month").render_derived()
    window = select(func.bit_or(active(month.c.month))).scalar_subquery()
    run = select(ScoringRun.id).where(ScoringRun.currency == CURRENCY)
    told = and_(Score.p_alive.is_not(None), ~Score.deleted, Score.run_id.in_(run))
    value = case((told, in_cents(Score.value)))
    key = _key()
    return (
        select(
            key,
            func.count().label("customers"),
            (func.sum(value) / _CENTS).label("expected"),
            func.count(value).label("expecting"),
        )
        .join_from(Place, Score, Score.customer_id == Place.original_id, isouter=True)
        .where(
            Place.original_id == Place.current_id,
            Place.months.op("&")(window) != NOT_ACTIVE,
        )
        .group_by(key)
        .subquery("counted")
    )


def in_cents(amount: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    """Return an amount in whole cents: their sum is quick and does not depend on the order of the rows."""
    return cast(func.round(amount * _CENTS), BigInteger)


def _groups() -> Select[Any]:
    within = and_(Cost.first_day >= SINCE, Cost.last_day <= UNTIL, Cost.currency == CURRENCY)
    cost = in_window(or_(Cost.customer_id.is_(None), ~within))
    both = union_all(_kept(), _shared(cost), _rest(cost)).subquery("both")
    sums = (func.coalesce(func.sum(both.c[name]), _ZERO).label(name) for name in BOTH)
    each = select(both.c.key, *sums).group_by(both.c.key).subquery("each")
    counted = _counted()
    key = func.coalesce(each.c.key, counted.c.key)
    last = bindparam("last_key", type_=Text)
    return (
        select(
            key.label("key"),
            func.coalesce(counted.c.customers, _ZERO).label("customers"),
            *(func.coalesce(each.c[name], _ZERO).label(name) for name in BOTH),
            counted.c.expected,
            func.coalesce(counted.c.expecting, _ZERO).label("expecting"),
        )
        .join_from(each, counted, counted.c.key == each.c.key, full=True)
        .where(or_(last.is_(None), key > last))
        .order_by(key)
        .limit(bindparam("limit", type_=Integer))
    )


def _cohorts() -> Any:  # noqa: ANN401 - a select of these
    """Count by cohort and month of purchase, as cohorts are told."""
    of, last = GroupMonths, bindparam("last", type_=Integer)
    year = func.split_part(of.key, _DASH, _ONE)
    cohort = cast(year, Integer) * _YEAR + cast(func.split_part(of.key, _DASH, _TWO), Integer) - _ONE
    cohort = cohort.label("cohort")
    revenue = of.revenue - of.returns
    return (
        select(
            cohort,
            of.first_month.label("month"),
            cast(of.buyers, Integer).label("active"),
            revenue.label("revenue"),
            (revenue - of.goods).label("margin"),
        )
        .where(
            of.dimension == literal_column(str(GROUPS.index("cohort")), Integer),
            of.currency == CURRENCY,
            of.first_month == of.last_month,
            of.first_month <= last,
            of.key.between(func.to_char(SINCE, _MONTH), func.to_char(UNTIL, _MONTH)),
        )
        .order_by(cohort, of.first_month)
    )


def _waiting() -> Select[Any]:
    """Count the customer ids that are to be counted again: their sales, or what they came to."""
    both = union(select(SalesMark.customer_id), select(ValueMark.customer_id)).subquery("marked")
    return select(func.count()).select_from(both)


_DASH, _MONTH = literal_column("'-'", Text), literal_column("'YYYY-MM'", Text)
_TWO, _YEAR = literal_column("2", Integer), literal_column("12", Integer)
KEPT = Statement(_groups(), unguarded=COMPUTED)
COHORTS = Statement(_cohorts(), unguarded=COMPUTED)
WAITING = Statement(_waiting())
__all__ = ["COHORTS", "GROUPS", "KEPT", "WAITING", "in_cents"]
