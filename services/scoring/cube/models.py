"""The sold lines, and the monthly cube that adds them up."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, Numeric, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class SoldLine(Base):
    """A line of a purchase, or of what took money of one back, as it counts; money in `currency`.

    Under the id with which its fact came (`customer_id`), of the customer that this id means (`current_id`).
    What was taken back has negative figures, in the month of its order, with what the order says of region,
    salesperson and department; one without a known order is in its own month, and `order_id` is null as it is
    for everything that is no order. `amount` is 0 where no exchange rate is known (`unpriced` is then 1).
    `costed` is the part of the amount whose cost is known. `month` counts months: 12 x year + month - 1.
    """

    __tablename__ = "sold_lines"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "current_id"),
        Index(None, "day", "subject"),
        Index(None, "product_id", "day"),
        Index(None, "salesperson", "day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    customer_id: Mapped[UUID]
    current_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Exact)
    subject: Mapped[UUID]
    order_id: Mapped[UUID | None]
    day: Mapped[date]
    month: Mapped[int]
    currency: Mapped[str] = mapped_column(Exact)
    product_id: Mapped[UUID | None]
    category: Mapped[str | None] = mapped_column(Exact)
    region: Mapped[str | None] = mapped_column(Exact)
    salesperson: Mapped[str | None] = mapped_column(Exact)
    department: Mapped[str | None] = mapped_column(Exact)
    customer_class: Mapped[str | None] = mapped_column(Exact)
    quantity: Mapped[Decimal] = mapped_column(Numeric)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    cost: Mapped[Decimal] = mapped_column(Numeric)
    costed: Mapped[Decimal] = mapped_column(Numeric)
    unpriced: Mapped[int] = mapped_column(SmallInteger)


class Cell(Base):
    """The sum of the sold lines of one combination of a grain; dimensions that it does not tell are null.

    `grain` is Postgres' GROUPING() over the dimensions (see grains.py). `orders` are different orders, of
    which one counts once in each cell in which it has a line; `lines` counts the lines, and a cell without
    any is gone.
    """

    __tablename__ = "cells"
    __table_args__ = (
        Index(
            "uq_cells",
            *("grain", "currency", "product_id", "month"),
            *("category", "region", "salesperson", "department", "customer_class"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    grain: Mapped[int] = mapped_column(SmallInteger)
    currency: Mapped[str] = mapped_column(Exact)
    month: Mapped[int]
    product_id: Mapped[UUID | None]
    category: Mapped[str | None] = mapped_column(Exact)
    region: Mapped[str | None] = mapped_column(Exact)
    salesperson: Mapped[str | None] = mapped_column(Exact)
    department: Mapped[str | None] = mapped_column(Exact)
    customer_class: Mapped[str | None] = mapped_column(Exact)
    lines: Mapped[int] = mapped_column(Integer)
    orders: Mapped[int] = mapped_column(Integer)
    unpriced: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Decimal] = mapped_column(Numeric)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    cost: Mapped[Decimal] = mapped_column(Numeric)
    costed: Mapped[Decimal] = mapped_column(Numeric)
