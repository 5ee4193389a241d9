"""Sums by customer and months, whose they are, and what groups of customers come to."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")
MONTHS, FIRST = 600, 1990 * 12  # how many are told apart of who was active when, and from which on
SOLD = ("revenue", "returns", "goods", "sold", "costed", "unpriced")
PAID = ("attract", "acquire", "develop", "keep", "serve")
SUMS = (*SOLD, *PAID, "buyers")


class _Sums:
    """What was sold and paid: all positive but for what comes out below nothing.

    `sold` is revenue less returns, `costed` what of it has a known cost, `unpriced` the lines without a rate,
    `buyers` the customers with an order.
    """

    revenue: Mapped[Decimal] = mapped_column(Numeric)
    returns: Mapped[Decimal] = mapped_column(Numeric)
    goods: Mapped[Decimal] = mapped_column(Numeric)
    sold: Mapped[Decimal] = mapped_column(Numeric)
    costed: Mapped[Decimal] = mapped_column(Numeric)
    unpriced: Mapped[Decimal] = mapped_column(Numeric)
    attract: Mapped[Decimal] = mapped_column(Numeric)
    acquire: Mapped[Decimal] = mapped_column(Numeric)
    develop: Mapped[Decimal] = mapped_column(Numeric)
    keep: Mapped[Decimal] = mapped_column(Numeric)
    serve: Mapped[Decimal] = mapped_column(Numeric)
    buyers: Mapped[Decimal] = mapped_column(Numeric)


class CustomerMonths(_Sums, Base):
    """What a customer (current id) was sold and cost within months: its own costs alone, in `currency`.

    Months are 12 x year + month - 1. Sales are of one month; a cost is of those that its days touch. One that
    came in another currency is not here: its rate may change.
    """

    __tablename__ = "customer_months"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_month: Mapped[int] = mapped_column(primary_key=True)
    last_month: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Exact, primary_key=True)


class Place(Base):
    """To which groups what came under an id is added: '' where there is none; `cohort` as YYYY-MM.

    `months` says when its customer bought or had a cost of its own, one bit a month from 1990 on; of an id
    that means another it says nothing. Ids of deleted customers have no place.
    """

    __tablename__ = "value_places"

    original_id: Mapped[UUID] = mapped_column(primary_key=True)
    current_id: Mapped[UUID] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    cohort: Mapped[str] = mapped_column(Text)
    months: Mapped[Any] = mapped_column(BIT(MONTHS))


class GroupMonths(_Sums, Base):
    """The sum of the rows of CustomerMonths of one group's customers: `dimension` as GROUPS numbers them."""

    __tablename__ = "group_months"
    __table_args__ = (Index(None, "first_month", "dimension"),)

    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    first_month: Mapped[int] = mapped_column(primary_key=True)
    last_month: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Exact, primary_key=True)
    rows: Mapped[int]


class GroupShare(Base):
    """How many units of the shares `held` a group's customers bear."""

    __tablename__ = "group_shares"

    held: Mapped[UUID] = mapped_column(primary_key=True)
    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    units: Mapped[Decimal] = mapped_column(Numeric)


class SummedShares(Base):
    """The shares whose sums by group are kept: `held` as in Share."""

    __tablename__ = "summed_shares"

    held: Mapped[UUID] = mapped_column(primary_key=True)


GROUPS = ("owner", "department", "region", "cohort")  # 0, 1, 2, 3
