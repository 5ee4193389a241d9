"""The tables of how shared costs are shared: when each was weighed, and who bears how much."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base
from services.interaction.records.models import TIME


class Weighing(Base):
    """How a shared cost was shared when it was weighed last: `units` of its smallest unit among `customers`.

    `marked` counts what has changed since, `weighed` how much of that the shares have seen: the cost waits
    while they differ, since `marked_at`. A worker holds it until `claimed_until`. `id` and `version` are
    those under which the feed tells of it.
    """

    __tablename__ = "cost_weighings"
    __table_args__ = (
        Index("ix_cost_weighings_waiting", "marked_at", postgresql_where=text("marked > weighed")),
    )

    cost_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default="0")
    marked: Mapped[int] = mapped_column(server_default="1")
    weighed: Mapped[int] = mapped_column(server_default="0")
    marked_at: Mapped[datetime] = mapped_column(TIME)
    claimed_until: Mapped[datetime | None] = mapped_column(TIME)
    weighed_at: Mapped[datetime | None] = mapped_column(TIME)
    units: Mapped[Decimal] = mapped_column(server_default="0")
    of_weights: Mapped[Decimal] = mapped_column(server_default="0")
    customers: Mapped[int] = mapped_column(server_default="0")
    orders_without_rate: Mapped[int] = mapped_column(server_default="0")


class Share(Base):
    """A customer's part of a shared cost, under the id that it had when the cost was weighed.

    All shares of a cost lie on a line, in the order of the customers' ids: `units` of it are this one's, and
    `upto` is where they end.
    """

    __tablename__ = "cost_shares"
    __table_args__ = ({"info": {"guarded": True}},)

    cost_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[Decimal]
    units: Mapped[Decimal]
    upto: Mapped[Decimal]
