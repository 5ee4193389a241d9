"""The costs that interaction tells of, and the shares of those that many bear."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class Cost(Base):
    """What was paid in a period: for the customer who had `customer_id`, or for many who share it.

    One that interaction deleted stays as a guard, and counts no more.
    """

    __tablename__ = "costs"
    __table_args__ = (
        Index(None, "customer_id", postgresql_where=text("customer_id is not null")),
        Index(None, "last_day", "first_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Exact)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Exact)
    first_day: Mapped[date]
    last_day: Mapped[date]
    campaign: Mapped[str | None] = mapped_column(Exact)
    basis: Mapped[str] = mapped_column(Exact)
    deleted: Mapped[bool] = mapped_column(server_default=false())
    generation: Mapped[int]
    version: Mapped[int]


class Allocation(Base):
    """A weighing of a shared cost that interaction told of; `held` names the shares that are read.

    They are of the weighing told as soon as they are `fetched`; until then those before it are read.
    """

    __tablename__ = "cost_allocations"
    __table_args__ = (Index("ix_cost_allocations_wanted", "id", postgresql_where=text("not fetched")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_id: Mapped[UUID] = mapped_column(unique=True)
    fetched: Mapped[bool] = mapped_column(server_default=false())
    held: Mapped[UUID | None]
    units: Mapped[Decimal] = mapped_column(Numeric, server_default="0", comment="of the shares held")
    generation: Mapped[int]
    version: Mapped[int]


class Share(Base):
    """A customer's stretch of the line on which all shares of a cost lie, by their ids: `units` up to `upto`.

    `held` names the whole of shares that it belongs to.
    """

    __tablename__ = "cost_shares"

    held: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    units: Mapped[Decimal] = mapped_column(Numeric)
    upto: Mapped[Decimal] = mapped_column(Numeric)
