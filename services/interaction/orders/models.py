"""The table of orders."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, on_timeline


class Order(Fact):
    """One purchase; `occurred_at` is when it was placed.

    `lines` is a list of {"line", "product", "product_id", "quantity", "amount", "cost"}; amount and cost are
    totals of the line as decimal strings in the order's currency, and `total` is the sum of the amounts.
    """

    __tablename__ = "orders"
    __table_args__ = on_timeline("orders")

    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    salesperson: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    total: Mapped[Decimal]
