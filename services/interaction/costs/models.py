"""The tables of costs: those of one customer, and those that many share."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, Record, on_timeline

_newest, _guarded = on_timeline("costs")


class Cost(Fact):
    """What was paid for one customer, over a period of at least a day; `occurred_at` is when that begins."""

    __tablename__ = "costs"
    __table_args__ = (_newest, Index("ix_costs_period", "first_day", "last_day"), _guarded)

    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    last_day: Mapped[date]
    campaign: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class SharedCost(Record):
    """What was paid for many customers: `among` says for which, `basis` how it is shared.

    `weights` is a list of {"customer_id", "weight"} for the basis of that name, else empty.
    """

    __tablename__ = "shared_costs"
    __table_args__ = (Index("ix_shared_costs_period", "first_day", "last_day"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    last_day: Mapped[date]
    among: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    weights: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    campaign: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
