"""The facts that figures are computed from, and the lists of customers whose figures they changed."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, Numeric, Text, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class Kind(StrEnum):
    """What a fact says; the names are those of interaction's feed."""

    ORDER = "order"
    PAYMENT = "payment"
    RETURN = "return"
    CREDIT_NOTE = "credit_note"


class Fact(Base):
    """One order, payment, return or credit note under the customer id with which it arrived.

    `day` is the UTC date. `counts`: an order that is a purchase, or what takes money of one back.
    `costed` is the part of the amount whose cost is known. A row that interaction deleted stays,
    without counting, so that an older version cannot bring it back.

    `lines` are {"line", "order_line", "product_id", "quantity", "amount", "cost"} without what is unknown.
    """

    __tablename__ = "facts"
    __table_args__ = (Index(None, "subject"),)

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Exact, primary_key=True)
    subject: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int]
    version: Mapped[int]
    day: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric)
    cost: Mapped[Decimal] = mapped_column(Numeric)
    costed: Mapped[Decimal] = mapped_column(Numeric)
    currency: Mapped[str] = mapped_column(Exact)
    status: Mapped[str | None] = mapped_column(Exact)
    order_id: Mapped[UUID | None] = mapped_column(comment="the order that its money comes from")
    return_id: Mapped[UUID | None] = mapped_column(comment="the return that a credit note stands in for")
    counts: Mapped[bool]
    told_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="when this version arrived"
    )
    region: Mapped[str | None] = mapped_column(Exact)
    salesperson: Mapped[str | None] = mapped_column(Exact)
    department: Mapped[str | None] = mapped_column(Exact)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")


class SalesMark(Base):
    """A customer id whose sold lines are to be counted again, and with them the monthly cube.

    `moving`: who sees the customer may be others now; until then nobody who sees only some sees the lines.
    """

    __tablename__ = "sales_marks"
    __table_args__ = (Index("ix_sales_marks_moving", "customer_id", postgresql_where=text("moving")),)

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    moving: Mapped[bool] = mapped_column(server_default=false())


class ValueMark(Base):
    """A customer id whose sums by month, and those of its groups, are to be counted again; as often as said.

    Rows are only ever added, so that whoever marks never waits.
    """

    __tablename__ = "value_marks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    customer_id: Mapped[UUID]


class Mark(Base):
    """A customer id on the dirty list: its score is to be computed again.

    `rebuild`: its state first (an exchange rate changed). `again`: done once during a run, whose
    reading may not have seen the fact, and to be done once more after it. `parked`: waits until customer
    tells whose id this is. `times` is how often it was marked: who scores locks no mark, and takes off the
    list those that nobody has marked again meanwhile.
    """

    __tablename__ = "marks"
    __table_args__ = (Index("ix_marks_due", "again", "at", postgresql_where=text("not parked")),)

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    parked: Mapped[bool] = mapped_column(server_default=false())
    rebuild: Mapped[bool] = mapped_column(server_default=false())
    again: Mapped[bool] = mapped_column(server_default=false())
    times: Mapped[int] = mapped_column(server_default=text("1"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
