"""Sharing costs among those who bear them: to the cent, by largest remainder."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Numeric,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from services.interaction.costs.models import Cost
from services.interaction.costs.schemas import SharedBy
from services.interaction.costs.weighing import (
    ONE,
    SHARED,
    UNRATED,
    WEIGHTS,
    in_window,
    shift,
    text_of,
    units_in_window,
)
from services.interaction.identities.models import Identity
from shared.statements import Statement, json_object, visible

ZERO = literal_column("0", Integer)
_LIMIT = bindparam("limit", type_=Integer)


def _amount(units: Any, scale: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns
    return func.round(units / shift(scale), scale)


def _split() -> CTE:
    """Give every bearer the whole units of its share; those with the largest remainders get one more each."""
    of_cost: Any = WEIGHTS.c.cost_id
    size = func.abs(SHARED.c.units)
    total = func.sum(WEIGHTS.c.weight).over(partition_by=of_cost)
    weighed = (
        select(
            WEIGHTS,
            total.label("of_weights"),
            size.label("size"),
            func.div(size * WEIGHTS.c.weight, total).label("units"),
            func.mod(size * WEIGHTS.c.weight, total).label("remainder"),
        )
        .join_from(WEIGHTS, SHARED, SHARED.c.id == of_cost)
        .subquery("weighed")
    )
    left = weighed.c.size - func.sum(weighed.c.units).over(partition_by=weighed.c.cost_id)
    turn = func.row_number().over(
        partition_by=weighed.c.cost_id, order_by=(weighed.c.remainder.desc(), weighed.c.customer_id)
    )
    more = case((turn <= left, ONE), else_=ZERO)
    plain = (weighed.c.cost_id, weighed.c.customer_id, weighed.c.weight, weighed.c.of_weights)
    return select(*plain, (weighed.c.units + more).label("units")).cte("split")


_SPLIT = _split()
_shared_shares = select(
    _SPLIT.c.customer_id,
    SHARED.c.currency,
    SHARED.c.id.label("cost_id"),
    SHARED.c.kind,
    SHARED.c.basis,
    _SPLIT.c.weight,
    _SPLIT.c.of_weights,
    _amount(func.sign(SHARED.c.units) * _SPLIT.c.units, SHARED.c.scale).label("amount"),
).join_from(_SPLIT, SHARED, SHARED.c.id == _SPLIT.c.cost_id)
_its = aliased(Identity, name="owning")
_own = select(
    _its.current_id.label("customer_id"),
    Cost.currency,
    Cost.id.label("cost_id"),
    Cost.kind,
    text_of(SharedBy.DIRECT).label("basis"),
    cast(ONE, Numeric).label("weight"),
    cast(ONE, Numeric).label("of_weights"),
    _amount(units_in_window(Cost), func.scale(Cost.amount)).label("amount"),
).where(_its.original_id == Cost.customer_id, in_window(Cost))
_share = union_all(_shared_shares, _own).subquery("share")
_shown = json_object(
    cost_id=_share.c.cost_id,
    kind=_share.c.kind,
    basis=_share.c.basis,
    weight=_share.c.weight,
    of_weights=_share.c.of_weights,
    amount=cast(_share.c.amount, Text),
)
_in_currency = (
    select(
        _share.c.customer_id,
        _share.c.currency,
        func.sum(_share.c.amount).label("amount"),
        func.json_agg(aggregate_order_by(_shown, _share.c.cost_id)).label("shares"),
    )
    .group_by(_share.c.customer_id, _share.c.currency)
    .subquery("in_currency")
)
_one = json_object(
    currency=_in_currency.c.currency,
    amount=cast(_in_currency.c.amount, Text),
    shares=_in_currency.c.shares,
)
_of_customer = (
    select(
        _in_currency.c.customer_id,
        func.json_agg(aggregate_order_by(_one, _in_currency.c.currency)).label("costs"),
    )
    .group_by(_in_currency.c.customer_id)
    .subquery("of_customer")
)
BY_CUSTOMER = visible(
    select(
        Identity.original_id.label("key"),
        json_object(customer_id=Identity.original_id, costs=_of_customer.c.costs).label("data"),
    )
    .join_from(Identity, _of_customer, _of_customer.c.customer_id == Identity.original_id)
    .order_by(Identity.original_id)
    .limit(_LIMIT),
    Identity,
    {
        "last_key": Identity.original_id > bindparam("last_key", type_=Uuid),
        "customer": Identity.original_id == bindparam("customer", type_=Uuid),
    },
)
_borne = (
    select(
        _SPLIT.c.cost_id,
        func.count().label("customers"),
        func.sum(_SPLIT.c.units).label("units"),
    )
    .group_by(_SPLIT.c.cost_id)
    .subquery("borne")
)
_key = SHARED.c.id
BY_COST = Statement(
    select(
        _key.label("key"),
        json_object(
            cost_id=_key,
            kind=SHARED.c.kind,
            among=SHARED.c.among,
            name=SHARED.c.name,
            basis=SHARED.c.basis,
            currency=SHARED.c.currency,
            amount=cast(_amount(SHARED.c.units, SHARED.c.scale), Text),
            allocated=cast(
                _amount(func.sign(SHARED.c.units) * func.coalesce(_borne.c.units, ZERO), SHARED.c.scale),
                Text,
            ),
            customers=func.coalesce(_borne.c.customers, ZERO),
            orders_without_rate=func.coalesce(UNRATED.c.orders, ZERO),
        ).label("data"),
    )
    .join_from(SHARED, _borne, _borne.c.cost_id == _key, isouter=True)
    .join(UNRATED, UNRATED.c.cost_id == _key, isouter=True)
    .where(func.coalesce(_key > bindparam("last_key", type_=Uuid), literal_column("true")))
    .order_by(_key)
    .limit(_LIMIT),
    unguarded="counts how many customers bear a cost that is nobody's own",
)
