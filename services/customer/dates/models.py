"""The table of important dates."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, SmallInteger, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from shared.auth import Visibility
from shared.masking import PERSONAL


class ImportantDate(Kept, Base):
    """A day that comes back; `year` is that of the event, null where nobody knows it."""

    __tablename__ = "important_dates"
    __table_args__ = (
        CheckConstraint("month between 1 and 12", name="month"),
        CheckConstraint("day between 1 and 31", name="day"),
        Index(None, "customer_id", "id", postgresql_where=text("deleted_at is null")),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID]
    occasion: Mapped[str] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    calendar: Mapped[str] = mapped_column(Text)
    year: Mapped[int | None] = mapped_column(SmallInteger, info=PERSONAL)
    month: Mapped[int] = mapped_column(SmallInteger, info=PERSONAL)
    day: Mapped[int] = mapped_column(SmallInteger, info=PERSONAL)
    leap_month: Mapped[bool] = mapped_column(info=PERSONAL)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a date to those who see its customer, as that is now."""
        mine = Customer.id == current(cls.customer_id)
        whose = select(Customer.id).where(mine, Customer.visible_to(visibility))
        return whose.exists()
