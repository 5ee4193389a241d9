"""Routes of orders."""

from collections.abc import Mapping
from typing import Any

from services.interaction.orders.kind import ORDERS
from services.interaction.orders.schemas import OrderStatus
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes


async def filters(
    status: OrderStatus | None = None,
    region: Word = None,
    salesperson: Word = None,
    department: Word = None,
) -> Mapping[str, Any]:
    """Choose among orders."""
    return {"status": status, "region": region, "salesperson": salesperson, "department": department}


router = record_routes(ORDERS, scope="orders", says="Record a purchase with its lines.", filters=filters)
