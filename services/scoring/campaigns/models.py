"""The campaigns that interaction tells of, and the orders that each claims."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class Campaign(Base):
    """A campaign by its code; its claims are as of `asked_at`, and asked for again after a while."""

    __tablename__ = "campaigns"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Exact)
    deleted: Mapped[bool] = mapped_column(server_default=false())
    generation: Mapped[int]
    version: Mapped[int]
    asked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)


class Claim(Base):
    """An order that a campaign claims whole: that of the customer's last touch before it."""

    __tablename__ = "campaign_claims"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(index=True)
