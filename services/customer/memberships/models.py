"""The table of memberships."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, Text, and_, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.groups.models import LIVE, Group
from shared.auth import Visibility


class Membership(Kept, Base):
    """A customer in a group, once, under the id that it came with; `since` and `until` are days."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("since <= until", name="days"),
        Index(None, "group_id", "customer_id", unique=True, postgresql_where=LIVE),
        Index(None, "group_id", "id", postgresql_where=LIVE),
        Index(None, "customer_id", "id", postgresql_where=LIVE),
        {"info": {"guarded": True}},
    )

    group_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    role: Mapped[str | None] = mapped_column(Text)
    since: Mapped[date | None]
    until: Mapped[date | None]
    status: Mapped[str] = mapped_column(Text)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a membership to those who see the group and the customer, as that is now."""
        whose = aliased(Customer)
        return and_(
            exists().where(Group.id == cls.group_id, Group.visible_to(visibility)),
            exists().where(whose.id == current(cls.customer_id), whose.visible_to(visibility)),
        )
