"""The table of returns."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, on_timeline


class Return(Fact):
    """Goods that came back; `occurred_at` is when, `lines` and `total` are as in an order."""

    __tablename__ = "returns"
    __table_args__ = on_timeline("returns")

    order_id: Mapped[UUID | None] = mapped_column(index=True)
    currency: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    total: Mapped[Decimal]
