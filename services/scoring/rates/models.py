"""Dated exchange rates, as interaction tells of them."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class Rate(Base):
    """One unit of `base` costs `rate` units of `quote`, from `day` until the next dated rate.

    One without an id was set in this service, before interaction owned them.
    """

    __tablename__ = "exchange_rates"
    __table_args__ = (CheckConstraint("rate > 0", name="positive"),)

    base: Mapped[str] = mapped_column(Exact, primary_key=True)
    quote: Mapped[str] = mapped_column(Exact, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Numeric)
    version: Mapped[int]
    id: Mapped[UUID | None]
    generation: Mapped[int] = mapped_column(server_default="0")
