"""The state of each customer id, in the currency that was the reporting one when it was last counted."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base


class State(Base):
    """Everything counted under one original id; equal to a recount of its facts at any time.

    `days` are days with a purchase, `priced_days` those of them whose money is known. Money is net of
    returns. `repeat_money` leaves out the first day; `squares` sums the squares of the days' money.
    `through` is the day of the latest fact that counts: the state holds for any date from there on.
    """

    __tablename__ = "states"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    through: Mapped[date | None]
    days: Mapped[int]
    orders: Mapped[int]
    priced_orders: Mapped[int]
    repeat_days: Mapped[int]
    money: Mapped[Decimal] = mapped_column(Numeric)
    repeat_money: Mapped[Decimal] = mapped_column(Numeric)
    squares: Mapped[Decimal] = mapped_column(Numeric)
    cost: Mapped[Decimal] = mapped_column(Numeric)
    costed: Mapped[Decimal] = mapped_column(Numeric)
