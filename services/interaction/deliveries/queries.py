"""Reading what became of an order, which deliveries are late, and how often they are on time."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    Date,
    Integer,
    Numeric,
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
    tuple_,
)

from services.interaction.deliveries.arrival import DeliveryStatus
from services.interaction.deliveries.fulfilment import fulfilment
from services.interaction.deliveries.kind import rendering
from services.interaction.deliveries.models import Delivery
from services.interaction.deliveries.schemas import Grouping
from services.interaction.identities.models import Identity
from services.interaction.orders.models import Order
from services.interaction.returns.models import Return
from shared.auth import Principal
from shared.errors import NotFound
from shared.statements import Runner, Visible, json_object, visible

_ORDER_ID = bindparam("order_id", type_=Uuid)
_ORDER = visible(select(Order.status, Order.lines).where(Order.id == _ORDER_ID), Order)
_DELIVERIES = visible(
    select(Delivery.status, Delivery.lines)
    .where(Delivery.order_id == _ORDER_ID)
    .order_by(Delivery.occurred_at, Delivery.id),
    Delivery,
)
_RETURNS = visible(
    select(Return.lines).where(Return.order_id == _ORDER_ID).order_by(Return.occurred_at, Return.id), Return
)


async def fulfilment_of(on: Runner, principal: Principal, order_id: UUID) -> dict[str, Any]:
    """Return how far an order has come; NotFound if the principal sees none."""
    order = await _ORDER.one(on, principal, order_id=order_id)
    if order is None:
        raise NotFound
    deliveries, returns = [
        await each.all(on, principal, order_id=order_id) for each in (_DELIVERIES, _RETURNS)
    ]
    found = fulfilment(dict(order), map(dict, deliveries), map(dict, returns))
    return {"order_id": order_id, **found}


_OPEN = Delivery.status.in_(
    literal_column(f"'{status}'", Text) for status in (DeliveryStatus.PLANNED, DeliveryStatus.SHIPPED)
)
_ON = bindparam("as_of", type_=Date)
_limit = bindparam("limit", type_=Integer)
LATE = visible(
    select(
        Delivery.promised_on,
        Delivery.id,
        json_object(days_late=_ON - Delivery.promised_on, delivery=rendering(Delivery, Identity)).label(
            "data"
        ),
    )
    .join_from(Delivery, Identity, Identity.original_id == Delivery.customer_id)
    .where(_OPEN, Delivery.promised_on < _ON)
    .order_by(Delivery.promised_on, Delivery.id)
    .limit(_limit),
    Delivery,
    {
        "customer": Identity.current_id == bindparam("customer", type_=Uuid),
        "last_id": tuple_(Delivery.promised_on, Delivery.id)
        > tuple_(bindparam("last_promised_on", type_=Date), bindparam("last_id", type_=Uuid)),
    },
)


def _on_time(grouping: Grouping) -> Visible:
    """Count what was due from `since` until `until`, both included; what has not come is due by `as_of`.

    By customer a delivery counts once; by product each of its lines does.
    """
    line = (
        func.jsonb_to_recordset(Delivery.lines)
        .table_valued(column("product_id", Uuid), column("quantity", Numeric), column("delivered", Numeric))
        .render_derived(name="line", with_types=True)
    )
    came = Delivery.status == literal_column(f"'{DeliveryStatus.DELIVERED}'", Text)
    key: Any
    full: Any
    if grouping is Grouping.PRODUCT:
        key, full = line.c.product_id, func.coalesce(line.c.delivered, line.c.quantity) >= line.c.quantity
    else:
        key, full = Identity.current_id, Delivery.in_full
    on_time = func.count().filter(came, Delivery.on_time.is_(true()))
    both = func.count().filter(came, Delivery.on_time.is_(true()), full)
    share = func.round(cast(both, Numeric) / func.count(), literal_column("4", Integer))
    figures = json_object(
        key=key,
        due=func.count(),
        on_time=on_time,
        in_full=func.count().filter(came, full),
        otif=both,
        share=share,
    )
    query = select(key.label("key"), figures.label("data")).join_from(
        Delivery, Identity, Identity.original_id == Delivery.customer_id
    )
    if grouping is Grouping.PRODUCT:
        query = query.join(line, true())
    due = or_(came, and_(_OPEN, Delivery.promised_on < _ON))
    window = Delivery.promised_on.between(bindparam("since", type_=Date), bindparam("until", type_=Date))
    return visible(
        query.where(window, due, key.is_not(None)).group_by(key).order_by(key).limit(_limit),
        Delivery,
        {
            "customer": Identity.current_id == bindparam("customer", type_=Uuid),
            "last_key": key > bindparam("last_key", type_=Uuid),
        },
    )


ON_TIME = {grouping: _on_time(grouping) for grouping in Grouping}
