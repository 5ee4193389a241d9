"""Counting facts: what was bought under a key (an original id, or a customer's current id) up to a day."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import Grouping

from services.scoring.facts.models import Fact, Kind
from services.scoring.rates.models import Rate

Column = SQLColumnExpression[Any]
ZERO, ONE = literal_column("0", Integer), literal_column("1", Integer)
CURRENCY: ColumnElement[str] = bindparam("currency", type_=Text)
UNTIL: ColumnElement[Any] = bindparam("until", type_=Date)
_ORDER, _RETURN, _CREDIT = (
    literal_column(f"'{kind}'", Text) for kind in (Kind.ORDER, Kind.RETURN, Kind.CREDIT_NOTE)
)


def recount(
    key: Column, *conditions: ColumnElement[bool], until: ColumnElement[Any] | None = None
) -> Select[Any]:
    """Count the facts of each key in the currency `:currency`; the columns are those of State.

    `key` and `conditions` are over Fact, and what the caller joins to it in `conditions`. A purchase is an
    order neither draft nor cancelled, on the UTC day it was placed; several on one day are one. A return or
    credit note takes its money from the day of its order; one without a known order lowers the total only,
    and one of an order that is no purchase takes nothing. A credit note for a return (by `until`, if that
    is given) stands in for it: only one of the two counts. A day's money is known when that of each of its
    orders is: in the currency itself, or at a rate dated on or before the fact's day.
    """
    day = _days(key, *conditions, *counting(until))
    bought, known = day.c.orders > ZERO, and_(day.c.orders > ZERO, day.c.priced == day.c.orders)
    firsts = func.array_agg(aggregate_order_by(case((known, day.c.money)), day.c.day)).filter(bought)
    counted = select(
        day.c.key.label("customer_id"),
        func.min(day.c.day).filter(bought).label("first_day"),
        func.max(day.c.day).filter(bought).label("last_day"),
        func.max(day.c.through).label("through"),
        func.count().filter(bought).label("days"),
        cast(func.sum(day.c.orders), Integer).label("orders"),
        cast(func.sum(day.c.priced), Integer).label("priced_orders"),
        func.count().filter(known).label("known_days"),
        _sum(day.c.money).label("money"),
        _sum(day.c.money, known).label("known_money"),
        Grouping(firsts)[1].label("first_money"),
        _sum(day.c.money * day.c.money, known).label("squares"),
        _sum(day.c.cost).label("cost"),
        _sum(day.c.costed).label("costed"),
    ).group_by(day.c.key)
    return _with_repeats(counted)


def purchase_days(
    key: Column, *conditions: ColumnElement[bool], until: ColumnElement[Any] | None = None
) -> Any:  # noqa: ANN401 - a subquery's columns are dynamic
    """Return what `recount` adds up: key, day, orders, priced, money, cost and costed of each key and day."""
    return _days(key, *conditions, *counting(until))


def _with_repeats(counted: Select[Any]) -> Select[Any]:
    """Leave the first day out of the repeat figures."""
    total = counted.subquery("counted")
    kept = [column for column in total.c if column.key not in {"known_days", "known_money", "first_money"}]
    return select(
        *kept,
        cast(
            total.c.known_days - case((total.c.first_money.is_(None), ZERO), else_=ONE),
            Integer,
        ).label("repeat_days"),
        (total.c.known_money - func.coalesce(total.c.first_money, ZERO)).label("repeat_money"),
    )


def _days(key: Column, *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a subquery's columns are dynamic
    """Sum the facts of each key and day."""
    order, is_order = aliased(Fact), Fact.kind == _ORDER
    placed = select(order.day).where(*_its(order), order.counts).scalar_subquery()
    day = case((is_order, Fact.day), else_=placed)
    facts = select(
        key.label("key"),
        day.label("day"),
        Fact.day.label("own_day"),
        is_order.label("is_order"),
        Fact.amount,
        Fact.cost,
        Fact.costed,
        rate().label("rate"),
    ).where(*conditions)
    fact = facts.subquery("fact")
    money = fact.c.amount * fact.c.rate
    return (
        select(
            fact.c.key,
            fact.c.day,
            func.max(fact.c.own_day).label("through"),
            func.count().filter(fact.c.is_order).label("orders"),
            func.count(fact.c.rate).filter(fact.c.is_order).label("priced"),
            _sum(case((fact.c.is_order, money), else_=-money)).label("money"),
            _sum(fact.c.cost * fact.c.rate, fact.c.is_order).label("cost"),
            _sum(fact.c.costed * fact.c.rate, fact.c.is_order).label("costed"),
        )
        .group_by(fact.c.key, fact.c.day)
        .subquery("day")
    )


def _its(order: type[Fact]) -> tuple[ColumnElement[bool], ...]:
    """Say that an order is the one that a fact takes money from."""
    return (
        order.customer_id == Fact.customer_id,
        order.kind == _ORDER,
        order.subject == Fact.order_id,
    )


def counting(until: ColumnElement[Any] | None = None) -> tuple[Any, ColumnElement[bool]]:
    """Say that a fact counts: an order as a purchase, another for what it takes back by `until`."""
    return Fact.counts, _takes_something(until)


def _takes_something(until: ColumnElement[Any] | None) -> ColumnElement[bool]:
    order, credit = aliased(Fact), aliased(Fact)
    of_no_purchase = select(ONE).where(*_its(order), ~order.counts).exists()
    instead = (
        credit.customer_id == Fact.customer_id,
        credit.kind == _CREDIT,
        credit.return_id == Fact.subject,
        credit.counts,
        *(() if until is None else (credit.day <= until,)),
    )
    stood_in = and_(Fact.kind == _RETURN, select(ONE).where(*instead).exists())
    return or_(Fact.kind == _ORDER, ~or_(of_no_purchase, stood_in))


def rate(currency: Column = Fact.currency, on: Column = Fact.day) -> ColumnElement[Any]:
    """Return what one unit of a currency is worth on a day, by default a fact's; null if nobody has said."""

    def latest(base: Column, quote: Column, value: Column) -> ColumnElement[Any]:
        dated = select(value).where(Rate.base == base, Rate.quote == quote, Rate.day <= on)
        return dated.order_by(Rate.day.desc()).limit(ONE).scalar_subquery()

    one = literal_column("1", Numeric)
    stated = latest(currency, CURRENCY, Rate.rate)
    inverse = latest(CURRENCY, currency, one / Rate.rate)
    return case((currency == CURRENCY, one), else_=func.coalesce(stated, inverse))


def _sum(value: ColumnElement[Any], condition: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
    total = func.sum(value)
    return func.coalesce(total if condition is None else total.filter(condition), ZERO)
