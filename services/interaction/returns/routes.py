"""Routes of returns."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes
from services.interaction.returns.kind import RETURNS


async def filters(order_id: UUID | None = None, reason: Word = None) -> Mapping[str, Any]:
    """Choose among returns."""
    return {"order_id": order_id, "reason": reason}


router = record_routes(
    RETURNS,
    scope="orders",
    says="Record goods that came back.",
    filters=filters,
    problems=(UnknownOrder, OrderOfAnother),
)
