"""Whom one shared cost falls upon, and how much each weighs: equal, by revenue, by contacts, as given."""

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
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from services.interaction.costs.models import SharedCost
from services.interaction.costs.schemas import Among, Basis
from services.interaction.identities.models import Identity
from services.interaction.interactions.models import Interaction
from services.interaction.orders.models import Order
from services.interaction.orders.statuses import NOT_OWED
from services.interaction.rates.queries import rate_of

COST = bindparam("cost", type_=Uuid)
ONE = literal_column("1", Integer)
_UTC = literal_column("'UTC'", Text)


def shift(places: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the power of ten that moves the point by so many places."""
    return func.power(cast(literal_column("10"), Numeric), cast(places, Numeric))


def text_of(value: str) -> ColumnElement[Any]:
    """Return a constant."""
    return literal_column(f"'{value}'", Text)


def _shared() -> CTE:
    t = SharedCost
    plain = (t.id, t.currency, t.first_day, t.last_day, t.among, t.name, t.basis, t.weights)
    units = (t.amount * shift(func.scale(t.amount))).label("units")
    return select(*plain, units).where(t.id == COST).cte("shared")


SHARED = _shared()
_its = aliased(Identity, name="its")  # an id under which something is kept
_bearer = aliased(Identity, name="bearer")  # the customer that it means
_current = (_bearer.original_id == _bearer.current_id, ~_bearer.deleted, ~_bearer.provisional)
_purchase = Order.status.not_in([text_of(status) for status in sorted(NOT_OWED)])


def day_of(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a model of a fact
    """Return the UTC day of a fact."""
    return cast(func.timezone(_UTC, t.occurred_at), Date)


def _in_period(t: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    return day_of(t).between(SHARED.c.first_day, SHARED.c.last_day)


def _borne() -> ColumnElement[bool]:
    """Say that a customer is among those who share a cost."""
    order, its = aliased(Order), aliased(Identity)
    bought = (
        select(ONE)
        .where(
            its.current_id == _bearer.original_id,
            order.customer_id == its.original_id,
            order.region == SHARED.c.name,
            order.status.not_in([text_of(status) for status in sorted(NOT_OWED)]),
            _in_period(order),
        )
        .correlate(_bearer, SHARED)
    )
    among = SHARED.c.among
    return and_(
        *_current,
        or_(
            among == text_of(Among.ALL),
            and_(among == text_of(Among.DEPARTMENT), _bearer.department == SHARED.c.name),
            and_(among == text_of(Among.REGION), bought.exists()),
        ),
    )


def _weighed(weight: ColumnElement[Any], basis: Basis) -> Select[Any]:
    """Select a weight of each bearer for each cost of a basis; the caller joins what is weighed."""
    return (
        select(SHARED.c.id.label("cost_id"), _bearer.original_id.label("customer_id"), weight.label("weight"))
        .where(SHARED.c.basis == text_of(basis), _borne())
        .group_by(SHARED.c.id, _bearer.original_id)
    )


def _of_orders(query: Select[Any]) -> Select[Any]:
    mine = or_(SHARED.c.among != text_of(Among.REGION), Order.region == SHARED.c.name)
    return (
        query.select_from(SHARED)
        .join(Order, and_(_purchase, _in_period(Order), mine))
        .join(_its, _its.original_id == Order.customer_id)
        .join(_bearer, _bearer.original_id == _its.current_id)
    )


_RATE = rate_of(Order.currency, day_of(Order), SHARED.c.currency)


def _weights() -> CTE:
    given = (
        func.jsonb_to_recordset(SHARED.c.weights)
        .table_valued(column("customer_id", Uuid), column("weight", Numeric))
        .render_derived(name="given", with_types=True)
    )
    one = _weighed(cast(ONE, Numeric), Basis.EQUAL).select_from(SHARED).join(_bearer, true())
    revenue = _of_orders(_weighed(func.sum(Order.total * _RATE), Basis.REVENUE))
    contacts = (
        _weighed(cast(func.count(), Numeric), Basis.INTERACTIONS)
        .select_from(SHARED)
        .join(Interaction, _in_period(Interaction))
        .join(_its, _its.original_id == Interaction.customer_id)
        .join(_bearer, _bearer.original_id == _its.current_id)
    )
    stated = (
        _weighed(func.sum(given.c.weight), Basis.WEIGHT)
        .select_from(SHARED)
        .join(given, true())
        .join(_its, _its.original_id == given.c.customer_id)
        .join(_bearer, _bearer.original_id == _its.current_id)
    )
    every = union_all(one, revenue, contacts, stated).subquery("every")
    return select(every).where(every.c.weight > literal_column("0", Integer)).cte("weights")


WEIGHTS = _weights()
UNRATED = (
    _of_orders(select(SHARED.c.id.label("cost_id"), func.count().label("orders")))
    .where(SHARED.c.basis == text_of(Basis.REVENUE), _borne(), _RATE.is_(None))
    .group_by(SHARED.c.id)
    .cte("unrated")
)
