"""Who bears a shared cost, and how much of it: its shares, as they were stored when it was weighed last."""

from typing import Any

from sqlalchemy import Integer, Text, Uuid, and_, bindparam, case, cast, func, literal_column, select

from services.interaction.costs.models import SharedCost
from services.interaction.costs.shares import Share, Weighing
from services.interaction.costs.weighing import COST
from services.interaction.identities.models import Identity
from shared.statements import Statement, json_object, visible

_units: Any = func.sign(SharedCost.amount) * Share.units
BEARERS = visible(
    select(
        Share.customer_id.label("key"),
        json_object(
            customer_id=Share.customer_id,
            current_customer_id=Identity.current_id,
            weight=Share.weight,
            units=cast(_units, Text),
        ).label("data"),
    )
    .join_from(Share, SharedCost, SharedCost.id == Share.cost_id)
    .join(Identity, Identity.original_id == Share.customer_id)
    .where(Share.cost_id == COST)
    .order_by(Share.customer_id)
    .limit(bindparam("limit", type_=Integer)),
    Identity,
    {"last_key": Share.customer_id > bindparam("last_key", type_=Uuid)},
)
_there = and_(Weighing.cost_id == SharedCost.id, Weighing.weighed_at.is_not(None))
# What a cost was when it was weighed, and of which weighing its shares are.
OF = Statement(
    select(
        func.scale(SharedCost.amount).label("scale"),
        SharedCost.currency,
        Weighing.weighed_at,
        case((Weighing.version.is_(None), literal_column("0")), else_=Weighing.version).label("weighing"),
        cast(func.coalesce(Weighing.of_weights, literal_column("0")), Text).label("of_weights"),
    )
    .join_from(SharedCost, Weighing, _there, isouter=True)
    .where(SharedCost.id == COST)
)
