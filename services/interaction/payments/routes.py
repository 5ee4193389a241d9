"""Routes of payments."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.payments.kind import PAYMENTS
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes


async def filters(order_id: UUID | None = None, method: Word = None) -> Mapping[str, Any]:
    """Choose among payments."""
    return {"order_id": order_id, "method": method}


router = record_routes(
    PAYMENTS,
    scope="orders",
    says="Record a payment or, with a negative amount, a refund.",
    filters=filters,
    problems=(UnknownOrder, OrderOfAnother),
)
