"""The tables of promises to customers, and of those made to the public."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import TIME, Fact, Record, on_timeline
from shared.masking import PERSONAL

_OPEN = text("outcome = 'open'")


class Promise(Fact):
    """What one customer was promised; `occurred_at` is when, `keeper` the principal who has to keep it."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_due", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_promises_due_at", "due_at"),
        Index(None, "order_id", postgresql_where=text("order_id is not null")),
        *on_timeline("promises"),
    )

    order_id: Mapped[UUID | None]
    what: Mapped[str] = mapped_column(Text, info=PERSONAL)
    due_at: Mapped[datetime] = mapped_column(TIME)
    keeper: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(TIME)
    note: Mapped[str | None] = mapped_column(Text, info=PERSONAL)


class PublicityClaim(Record):
    """What publicity promised to everybody; `occurred_at` is when it was published."""

    __tablename__ = "publicity_claims"

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    occurred_at: Mapped[datetime] = mapped_column(TIME, sort_order=-1)
    what: Mapped[str] = mapped_column(Text)
    medium: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(TIME)
    keeper: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(TIME)
    note: Mapped[str | None] = mapped_column(Text)
