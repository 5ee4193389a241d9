"""The table of relations."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Numeric,
    Text,
    and_,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from shared.auth import Visibility
from shared.masking import PERSONAL

_LIVE = text("deleted_at is null")


class Relation(Kept, Base):
    """A tie from one customer to another, on the days from `valid_from` to `valid_to`; null is open.

    Both ends keep the id that they came with; who that is now is for reads to say.
    """

    __tablename__ = "relations"
    __table_args__ = (
        CheckConstraint("from_customer_id <> to_customer_id", name="two_ends"),
        CheckConstraint("valid_from <= valid_to", name="valid"),
        Index(None, "from_customer_id", "id", postgresql_where=_LIVE),
        Index(None, "to_customer_id", "id", postgresql_where=_LIVE),
        {"info": {"guarded": True}},
    )

    type: Mapped[str] = mapped_column(Text)
    from_customer_id: Mapped[UUID]
    to_customer_id: Mapped[UUID]
    title: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    department: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    share: Mapped[Decimal | None] = mapped_column(Numeric)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    source: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a relation to those who see both its ends, as they are now."""
        ends = (cls.from_customer_id, cls.to_customer_id)
        return and_(*(_is_there(current(end), visibility) for end in ends))


def _is_there(id_: ColumnElement[UUID], visibility: Visibility) -> ColumnElement[bool]:
    end = aliased(Customer)
    return exists().where(end.id == id_, end.visible_to(visibility))
