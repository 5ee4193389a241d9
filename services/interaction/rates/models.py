"""The table of exchange rates."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Record

Exact = Text(collation="C")


class Rate(Record):
    """One unit of `base` costs `rate` units of `quote`, from `day` until the next dated rate.

    Its source key is its pair and day, so that there is one at most.
    """

    __tablename__ = "exchange_rates"
    __table_args__ = (
        CheckConstraint("rate > 0", name="positive"),
        Index(None, "base", "quote", "day", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    base: Mapped[str] = mapped_column(Exact)
    quote: Mapped[str] = mapped_column(Exact)
    day: Mapped[date]
    rate: Mapped[Decimal]
    quoted_by: Mapped[str | None] = mapped_column(Text)
