"""The table of deliveries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import TIME, Fact, on_timeline

_newest, _guarded = on_timeline("deliveries")


class Delivery(Fact):
    """One shipment of an order, or of a part of it; `occurred_at` is the last that is known of it.

    `lines` is a list of {"line", "order_line", "product", "product_id", "quantity", "delivered"}; delivered
    is null until it came, and where all of the quantity came. `status`, `on_time` and `in_full` follow from
    the rest (arrival.py).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        _newest,
        Index(
            "ix_deliveries_late",
            "promised_on",
            "id",
            postgresql_where=text("status in ('planned', 'shipped') and promised_on is not null"),
        ),
        Index("ix_deliveries_promised", "promised_on", postgresql_where=text("promised_on is not null")),
        _guarded,
    )

    order_id: Mapped[UUID] = mapped_column(index=True)
    promised_on: Mapped[date | None]
    shipped_at: Mapped[datetime | None] = mapped_column(TIME)
    delivered_at: Mapped[datetime | None] = mapped_column(TIME)
    cancelled: Mapped[bool]
    status: Mapped[str] = mapped_column(Text)
    on_time: Mapped[bool | None]
    in_full: Mapped[bool | None]
    carrier: Mapped[str | None] = mapped_column(Text)
    tracking: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
