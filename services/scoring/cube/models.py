"""The sold lines, and the monthly cube that adds them up."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base
from services.scoring.identities.models import Identity as Customer
from shared.auth import Visibility

Exact = Text(collation="C")


class _Sold:
    """What both tell; `month` counts months: 12 x year + month - 1."""

    currency: Mapped[str] = mapped_column(Exact)
    month: Mapped[int]
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


class SoldLine(_Sold, Base):
    """A line of a purchase, or of what took money of one back, as it counts; money in `currency`.

    Under the id with which its fact came (`customer_id`), of the customer that this id means (`current_id`).
    What was taken back has negative figures, and day and seller of its order, its own without one; `order_id`
    is an order's own. `amount` is 0 (`unpriced` 1) without an exchange rate, `costed` what of it has a cost.
    """

    __tablename__ = "sold_lines"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "current_id"),
        Index(None, "day", "subject"),
        Index(None, "product_id", "day"),
        Index(None, "salesperson", "day"),
        {"info": {"guarded": True}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    customer_id: Mapped[UUID]
    current_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Exact)
    subject: Mapped[UUID]
    order_id: Mapped[UUID | None]
    day: Mapped[date]
    unpriced: Mapped[int] = mapped_column(SmallInteger)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a line is seen: its customer is."""
        whose = (Customer.original_id == cls.current_id, Customer.visible_to(visibility))
        return select(Customer.original_id).where(*whose).exists()


class Cell(_Sold, Base):
    """The sum of the sold lines of one combination of a grain; dimensions that it does not tell are null.

    `grain` is GROUPING() over the dimensions (see grains.py). An order counts once in each cell in which it
    has a line. A cell without lines is gone. Only who sees every customer may read it.
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
    lines: Mapped[int] = mapped_column(Integer)
    orders: Mapped[int] = mapped_column(Integer)
    unpriced: Mapped[int] = mapped_column(Integer)
