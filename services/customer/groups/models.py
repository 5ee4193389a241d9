"""The table of groups."""

from sqlalchemy import ColumnElement, Index, Text, bindparam, text
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from shared.auth import Visibility

LIVE = text("deleted_at is null")


class Group(Kept, Base):
    """A group of customers, seen by its owner and its department."""

    __tablename__ = "groups"
    __table_args__ = (
        Index(None, "owner", "id", postgresql_where=LIVE),
        Index(None, "department", "id", postgresql_where=LIVE),
        {"info": {"guarded": True}},
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition on a group for a principal that does not see all."""
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department", type_=Text)
        return cls.owner == bindparam("principal_id", type_=Text)
