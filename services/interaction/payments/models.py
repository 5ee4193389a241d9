"""The table of payments."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, on_timeline


class Payment(Fact):
    """Money that came from a customer, or went back; `occurred_at` is when it was paid."""

    __tablename__ = "payments"
    __table_args__ = on_timeline("payments")

    order_id: Mapped[UUID | None] = mapped_column(index=True)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(Text)
