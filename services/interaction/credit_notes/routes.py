"""Routes of credit notes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.interaction.credit_notes.kind import CREDIT_NOTES
from services.interaction.credit_notes.schemas import CreditStatus
from services.interaction.credit_notes.sums import SumDiffers
from services.interaction.orders.queries import OrderOfAnother, UnknownOrder
from services.interaction.records.routes import record_routes
from services.interaction.returns.queries import UnknownReturn


async def filters(
    order_id: UUID | None = None, return_id: UUID | None = None, status: CreditStatus | None = None
) -> Mapping[str, Any]:
    """Choose among credit notes."""
    return {"order_id": order_id, "return_id": return_id, "status": status}


router = record_routes(
    CREDIT_NOTES,
    scope="orders",
    says="Record money credited for an order, a return, or to a customer.",
    filters=filters,
    problems=(UnknownOrder, OrderOfAnother, UnknownReturn, SumDiffers),
)
