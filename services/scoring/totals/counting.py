"""Counting what customers were sold and cost, by months, and to which groups they belong."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Text,
    any_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import aliased

from services.scoring.costs.models import Cost
from services.scoring.costs.spending import CENTS
from services.scoring.cube.lines import month_of
from services.scoring.cube.models import SoldLine
from services.scoring.facts.models import Kind
from services.scoring.identities.models import Identity
from services.scoring.states.queries import CURRENCY
from services.scoring.totals.adding import IDS
from services.scoring.totals.models import FIRST, GROUPS, MONTHS, PAID, SOLD, SUMS
from shared.statements import Statement

NOT_ACTIVE = cast(literal_column(f"repeat('0', {MONTHS})", Text), BIT(MONTHS))
_ZERO, _ONE = literal_column("0", Integer), literal_column("1", Integer)
_NOTHING = cast(null(), Numeric)
_ORDER = literal_column(f"'{Kind.ORDER}'", Text)
_BEGIN, _LAST = literal_column(str(FIRST), Integer), literal_column(str(MONTHS - 1), Integer)
its = aliased(Identity, name="its")


def active(month: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column
    """Return bits of which only that of a month is set; earlier and later ones have the first and last."""
    place = func.least(func.greatest(month - _BEGIN, _ZERO), _LAST)
    return func.set_bit(NOT_ACTIVE, place, _ONE)


def sold() -> Select[Any]:
    """Sum what the customers `:ids` were sold, by month."""
    line, ordered = SoldLine, SoldLine.kind == _ORDER
    amount = func.round(line.amount, CENTS)
    sums = {
        "revenue": func.sum(amount).filter(ordered),
        "returns": -func.sum(amount).filter(~ordered),
        "goods": func.sum(func.round(line.cost, CENTS)),
        "sold": func.sum(amount),
        "costed": func.sum(func.round(line.costed, CENTS)),
        "unpriced": func.sum(line.unpriced),
        **dict.fromkeys(PAID, _NOTHING),
        "buyers": case((func.bool_or(ordered), _ONE), else_=_ZERO),
    }
    return (
        select(
            line.current_id.label("customer_id"), line.month, line.month.label("last_month"), *_named(sums)
        )
        .where(line.current_id == any_(IDS), line.currency == CURRENCY)
        .group_by(line.current_id, line.month)
    )


def paid() -> Select[Any]:
    """Sum the own costs of the customers `:ids`, by the months that each is of."""
    of = Cost
    amount = func.sum(func.round(of.amount, CENTS))
    kinds = {name: amount.filter(of.kind == literal_column(f"'{name}'", Text)) for name in PAID}
    sums = {**dict.fromkeys(SOLD, _NOTHING), **kinds, "buyers": _NOTHING}
    keys = (its.current_id, month_of(of.first_day), month_of(of.last_day))
    return (
        select(*keys, *_named(sums))
        .join_from(of, its, its.original_id == of.customer_id)
        .where(its.current_id == any_(IDS), ~of.deleted, of.currency == CURRENCY)
        .group_by(*keys)
    )


def _named(sums: dict[str, Any]) -> list[ColumnElement[Any]]:
    return [cast(sums[name], Numeric).label(name) for name in SUMS]


def by_months() -> Select[Any]:
    """Return the rows of CustomerMonths of `:ids`, current ids of customers that there are."""
    both = union_all(sold(), paid()).subquery("both")
    keys = (both.c.customer_id, both.c.month, both.c.last_month)
    whole = aliased(Identity, name="whole")
    sums = (func.coalesce(func.sum(both.c[name]), _ZERO) for name in SUMS)
    return (
        select(*keys, CURRENCY, *sums)
        .join_from(both, whole, whole.original_id == both.c.customer_id)
        .where(~whole.deleted)
        .group_by(*keys)
    )


def _months_of() -> Any:  # noqa: ANN401 - a subquery
    """Return when each customer of `:ids` bought or had a cost of its own, and its first purchase."""
    line, of = SoldLine, Cost
    bought = select(
        line.current_id.label("customer_id"),
        line.month,
        case((line.order_id.is_not(None), line.month)).label("bought"),
    ).where(line.current_id == any_(IDS), line.currency == CURRENCY)
    span = func.generate_series(month_of(of.first_day), month_of(of.last_day))
    cost = (
        select(its.current_id, span, cast(null(), Integer))
        .join_from(of, its, its.original_id == of.customer_id)
        .where(its.current_id == any_(IDS), ~of.deleted)
    )
    both = union_all(bought, cost).subquery("active")
    return (
        select(
            both.c.customer_id,
            func.bit_or(active(both.c.month)).label("months"),
            func.min(both.c.bought).label("first"),
        )
        .group_by(both.c.customer_id)
        .subquery("active_months")
    )


def _places() -> Select[Any]:
    """Return the places of the ids `:ids`: those of the customers that they mean."""
    whole, when = aliased(Identity, name="whole"), _months_of()
    year = when.c.first // literal_column("12", Integer)
    month = when.c.first % literal_column("12", Integer) + _ONE
    date = func.make_date(year, month, _ONE)
    cohort = func.to_char(date, literal_column("'YYYY-MM'", Text))
    described = [getattr(whole, name) for name in GROUPS if name != "cohort"]
    own = case((its.original_id == its.current_id, when.c.months))
    return (
        select(
            its.original_id,
            its.current_id,
            *(func.coalesce(each, literal_column("''", Text)) for each in (*described, cohort)),
            cast(func.coalesce(own, NOT_ACTIVE), Text),
        )
        .join_from(its, whole, whole.original_id == its.current_id)
        .outerjoin(when, when.c.customer_id == its.current_id)
        .where(its.original_id == any_(IDS), ~whole.deleted)
    )


PLACES = Statement(_places(), unguarded="figures are computed for every customer, whoever owns it")
