"""How costs fall upon customers in a window, read from the shares that were stored when they were weighed."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from services.interaction.costs.models import Cost, SharedCost
from services.interaction.costs.schemas import SharedBy
from services.interaction.costs.shares import Share, Weighing
from services.interaction.costs.weighing import ONE, shift, text_of
from services.interaction.identities.models import Identity
from shared.statements import Statement, json_object, visible

SINCE, UNTIL = bindparam("since", type_=Date), bindparam("until", type_=Date)
ZERO = literal_column("0", Integer)
_LIMIT = bindparam("limit", type_=Integer)


def _units(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model of a cost
    """Return how much of a cost lies in the window, in its smallest units: cents, or what it is written in.

    By days, rounded so that windows that follow each other add up to the whole.
    """
    whole = t.amount * shift(func.scale(t.amount))
    days = t.last_day - t.first_day + ONE

    def before(day: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.round(whole * cast(day - t.first_day, Numeric) / days)

    first, last = func.greatest(t.first_day, SINCE), func.least(t.last_day, UNTIL)
    return before(last + ONE) - before(first)


def _in_window(t: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    return and_(t.first_day <= UNTIL, t.last_day >= SINCE)


def _amount(units: Any, scale: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns
    return func.round(units / shift(scale), scale)


def _spread() -> CTE:
    t, its = SharedCost, Weighing
    plain = (t.id, t.kind, t.among, t.name, t.basis, t.currency)
    scale, units = func.scale(t.amount).label("scale"), _units(t).label("units")
    figures = (its.units.label("of_units"), its.of_weights, its.customers, its.orders_without_rate)
    waits = func.coalesce(its.marked > its.weighed, literal_column("true")).label("waiting")
    return (
        select(*plain, scale, units, *figures, its.weighed_at, waits)
        .join_from(t, its, its.cost_id == t.id, isouter=True)
        .where(_in_window(t))
        .cte("spread")
    )


_SPREAD = _spread()


def _of(share: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model
    """Return a share's part of the window, which is laid over the whole line: what is over its stretch.

    So the parts add up to what lies in the window, whatever that is; of a whole cost each is its share.
    """
    size, whole = func.abs(_SPREAD.c.units), func.nullif(_SPREAD.c.of_units, ZERO)
    part = func.div(size * share.upto, whole) - func.div(size * (share.upto - share.units), whole)
    return func.coalesce(func.sign(_SPREAD.c.units) * part, ZERO)


_its = aliased(Identity, name="its")
_mine = _its.current_id == Identity.original_id
_shared_shares = (
    select(
        _SPREAD.c.currency,
        _SPREAD.c.id.label("cost_id"),
        _SPREAD.c.kind,
        _SPREAD.c.basis,
        func.sum(Share.weight).label("weight"),
        _SPREAD.c.of_weights,
        _amount(func.sum(_of(Share)), _SPREAD.c.scale).label("amount"),
    )
    .select_from(_SPREAD)
    .join(_its, _mine)
    .join(Share, and_(Share.cost_id == _SPREAD.c.id, Share.customer_id == _its.original_id))
    .group_by(*(_SPREAD.c[name] for name in ("currency", "id", "kind", "basis", "of_weights", "scale")))
    .correlate(Identity)
)
_own = (
    select(
        Cost.currency,
        Cost.id.label("cost_id"),
        Cost.kind,
        text_of(SharedBy.DIRECT).label("basis"),
        cast(ONE, Numeric).label("weight"),
        cast(ONE, Numeric).label("of_weights"),
        _amount(_units(Cost), func.scale(Cost.amount)).label("amount"),
    )
    .join_from(_its, Cost, Cost.customer_id == _its.original_id)
    .where(_mine, _in_window(Cost))
    .correlate(Identity)
)


def _costs() -> ColumnElement[Any]:
    share = union_all(_shared_shares, _own).subquery("share")
    plain = {name: share.c[name] for name in ("cost_id", "kind", "basis", "weight", "of_weights")}
    shown = json_object(**plain, amount=cast(share.c.amount, Text))
    in_currency = (
        select(
            share.c.currency,
            func.sum(share.c.amount).label("amount"),
            func.json_agg(aggregate_order_by(shown, share.c.cost_id)).label("shares"),
        )
        .group_by(share.c.currency)
        .subquery("in_currency")
    )
    one = json_object(
        currency=in_currency.c.currency,
        amount=cast(in_currency.c.amount, Text),
        shares=in_currency.c.shares,
    )
    return select(func.json_agg(aggregate_order_by(one, in_currency.c.currency))).scalar_subquery()


def _bears() -> ColumnElement[bool]:
    """Say that a customer bears something: asked for each, since a page needs few."""
    once = literal_column("1", Integer)
    share: Select[Any] = (
        select(once)
        .select_from(_SPREAD)
        .join(_its, _mine)
        .join(Share, and_(Share.cost_id == _SPREAD.c.id, Share.customer_id == _its.original_id))
    )
    own = (
        select(once)
        .join_from(_its, Cost, Cost.customer_id == _its.original_id)
        .where(_mine, _in_window(Cost))
    )
    return or_(*(each.correlate(Identity).offset(ZERO).exists() for each in (own, share)))


BY_CUSTOMER = visible(
    select(
        Identity.original_id.label("key"),
        json_object(customer_id=Identity.original_id, costs=_costs()).label("data"),
    )
    .where(Identity.original_id == Identity.current_id, _bears())
    .order_by(Identity.original_id)
    .limit(_LIMIT),
    Identity,
    {
        "last_key": Identity.original_id > bindparam("last_key", type_=Uuid),
        "customer": Identity.original_id == bindparam("customer", type_=Uuid),
    },
)
_key, _borne = _SPREAD.c.id, func.coalesce(_SPREAD.c.of_units, ZERO) != ZERO
_shown = ("kind", "among", "name", "basis", "currency", "weighed_at", "waiting")
BY_COST = Statement(
    select(
        _key.label("key"),
        json_object(
            cost_id=_key,
            **{name: _SPREAD.c[name] for name in _shown},
            amount=cast(_amount(_SPREAD.c.units, _SPREAD.c.scale), Text),
            allocated=cast(_amount(case((_borne, _SPREAD.c.units), else_=ZERO), _SPREAD.c.scale), Text),
            customers=func.coalesce(_SPREAD.c.customers, ZERO),
            orders_without_rate=func.coalesce(_SPREAD.c.orders_without_rate, ZERO),
        ).label("data"),
    )
    .where(func.coalesce(_key > bindparam("last_key", type_=Uuid), literal_column("true")))
    .order_by(_key)
    .limit(_LIMIT),
    unguarded="counts how many customers bear a cost that is nobody's own",
)
# Since when all that is shown has been weighed, and how many costs wait to be weighed anew.
WEIGHED = Statement(
    select(
        case((func.bool_and(_SPREAD.c.weighed_at.is_not(None)), func.min(_SPREAD.c.weighed_at))).label(
            "weighed_at"
        ),
        func.count().filter(_SPREAD.c.waiting).label("waiting"),
    )
)
