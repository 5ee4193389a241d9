"""The tables of group events and of who attended them."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, and_, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.groups.models import LIVE, Group
from shared.auth import Visibility


class GroupEvent(Kept, Base):
    """What a group did on a day."""

    __tablename__ = "group_events"
    __table_args__ = (
        Index(None, "group_id", "held_on", "id", postgresql_where=LIVE),
        {"info": {"guarded": True}},
    )

    group_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show an event to those who see its group."""
        return exists().where(Group.id == cls.group_id, Group.visible_to(visibility))


class Attendance(Kept, Base):
    """That a customer was at an event, kept under the id that it came with."""

    __tablename__ = "group_attendances"
    __table_args__ = (
        Index(None, "event_id", "customer_id", unique=True, postgresql_where=LIVE),
        Index(None, "customer_id", postgresql_where=LIVE),
        {"info": {"guarded": True}},
    )

    event_id: Mapped[UUID]
    customer_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show it to those who see the group and the customer, as that is now."""
        event, whose = aliased(GroupEvent), aliased(Customer)
        return and_(
            exists().where(event.id == cls.event_id, event.visible_to(visibility)),
            exists().where(whose.id == current(cls.customer_id), whose.visible_to(visibility)),
        )
