"""What the feed tells of how a cost was shared: one entry for a cost, however many bear it."""

from sqlalchemy import Text, cast, false, func, select

from services.interaction.costs.models import SharedCost
from services.interaction.costs.shares import Weighing
from services.interaction.records.renderings import money
from shared.statements import json_object, visible

_PLAIN = ("kind", "first_day", "last_day", "campaign", "among", "name", "basis")
_units = {name: cast(getattr(Weighing, name), Text) for name in ("units", "of_weights")}
TOLD = visible(
    select(
        Weighing.id,
        Weighing.version,
        false().label("deleted"),
        json_object(
            cost_id=SharedCost.id,
            **{name: getattr(SharedCost, name) for name in _PLAIN},
            amount=money(SharedCost.amount, SharedCost.currency),
            scale=func.scale(SharedCost.amount),
            **_units,
            customers=Weighing.customers,
            weighed_at=Weighing.weighed_at,
        ).label("data"),
    )
    .join_from(Weighing, SharedCost, SharedCost.id == Weighing.cost_id)
    .where(Weighing.weighed_at.is_not(None)),
    SharedCost,
)
