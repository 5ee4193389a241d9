"""The sold lines, and the monthly cube that adds them up."""

from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    and_,
    bindparam,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base
from services.scoring.cube.grains import OWNING, number
from services.scoring.facts.models import SalesMark
from shared.auth import Visibility

Exact = Text(collation="C")
_OF_PRODUCTS = tuple(number(("product_id", "category", *more)) for more in ((), (OWNING,)))


def _seen(of: Any, visibility: Visibility) -> ColumnElement[bool]:  # noqa: ANN401 - SoldLine or Cell
    if visibility is Visibility.DEPARTMENT:
        return cast(
            "ColumnElement[bool]", of.owning_department == bindparam("principal_department", type_=Text)
        )
    return cast("ColumnElement[bool]", of.owner == bindparam("principal_id", type_=Text))


class _Sold:
    """What both tell; `month` counts months: 12 x year + month - 1.

    `department` is that of the order, `owning_department` that of the customer, who sees whom by it.
    """

    currency: Mapped[str] = mapped_column(Exact)
    month: Mapped[int]
    product_id: Mapped[UUID | None]
    category: Mapped[str | None] = mapped_column(Exact)
    region: Mapped[str | None] = mapped_column(Exact)
    salesperson: Mapped[str | None] = mapped_column(Exact)
    department: Mapped[str | None] = mapped_column(Exact)
    customer_class: Mapped[str | None] = mapped_column(Exact)
    owning_department: Mapped[str | None] = mapped_column(Exact)
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
        Index(None, "owner", "day"),
        Index(None, "owning_department", "product_id", "day"),
        {"info": {"guarded": True}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    customer_id: Mapped[UUID]
    current_id: Mapped[UUID]
    owner: Mapped[str | None] = mapped_column(Exact)
    kind: Mapped[str] = mapped_column(Exact)
    subject: Mapped[UUID]
    order_id: Mapped[UUID | None]
    day: Mapped[date]
    unpriced: Mapped[int] = mapped_column(SmallInteger)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a line is seen: its customer is, and is not moving."""
        moving = select(SalesMark.customer_id).where(
            SalesMark.moving, SalesMark.customer_id == cls.current_id
        )
        return and_(_seen(cls, visibility), ~moving.exists())


class Cube(Base):
    """One row: whether the cells are `late`, and wait for the lines of many customers."""

    __tablename__ = "cube"
    __table_args__ = (CheckConstraint("k = 1", name="one_row"),)

    k: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    late: Mapped[bool]


class Cell(_Sold, Base):
    """The sum of the sold lines of one combination of a grain; dimensions that it does not tell are null.

    `grain` is GROUPING() over the dimensions (see grains.py). An order counts once in each cell in which it
    has a line. A cell without lines is gone. Most grains (BY_QUARTER) have sums of whole quarters too;
    their `month` is minus the first one. Who sees a department's customers reads the cells of those.
    """

    __tablename__ = "cells"
    __table_args__ = (
        Index(
            "uq_cells",
            *("grain", "currency", "product_id", "month"),
            *("category", "region", "salesperson", "department", "customer_class", "owning_department"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "grain", "owning_department", "month"),
        Index(
            "ix_cells_of_products",  # all that is read of each product: without its row
            *("grain", "owning_department", "month", "product_id"),
            postgresql_include=["currency", "orders", "quantity", "amount", "cost", "costed"],
            postgresql_where=text(f"grain in {_OF_PRODUCTS}"),
        ),
        {"info": {"guarded": True}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    grain: Mapped[int] = mapped_column(SmallInteger)
    lines: Mapped[int] = mapped_column(Integer)
    orders: Mapped[int] = mapped_column(Integer)
    unpriced: Mapped[int] = mapped_column(Integer)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a cell is seen; none is of the customers of one owner alone."""
        return _seen(cls, visibility) if visibility is Visibility.DEPARTMENT else false()
