"""The table of credit notes."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, on_timeline


class CreditNote(Fact):
    """Money credited, in positive amounts; `occurred_at` is when the note was issued.

    `lines` is a list of {"line", "order_line", "product", "product_id", "quantity", "amount", "cost"}, empty
    where the note is about the whole. With `return_id` the note stands in for that return: it says what the
    return was worth to the customer.
    """

    __tablename__ = "credit_notes"
    __table_args__ = on_timeline("credit_notes")

    order_id: Mapped[UUID | None] = mapped_column(index=True)
    return_id: Mapped[UUID | None] = mapped_column(index=True)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
