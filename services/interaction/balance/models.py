"""The tables of how often customers are to be talked to, and of when they were last."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, SmallInteger, Text, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from shared.auth import Visibility

_LIVE = text("deleted_at is null")
_ONE: dict[str, Any] = {"unique": True, "postgresql_nulls_not_distinct": True}
WHOSE = ("customer_id", "customer_class", "department")


class ContactTarget(Kept, Base):
    """That customers are talked to every so many `days`: one, those of a class or a department, or all."""

    __tablename__ = "contact_targets"
    __table_args__ = (
        CheckConstraint("days between 1 and 3650", name="days"),
        CheckConstraint("customer_id is null or num_nonnulls(customer_class, department) = 0", name="whose"),
        Index("ix_contact_targets_whose", *WHOSE, postgresql_where=_LIVE, **_ONE),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID | None]
    customer_class: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    days: Mapped[int] = mapped_column(SmallInteger)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a customer's own target to those who see the customer, the others to everybody."""
        whose = aliased(Identity, name="whose")
        seen = select(whose.original_id).where(
            whose.original_id == cls.customer_id, whose.visible_to(visibility)
        )
        return or_(cls.customer_id.is_(None), seen.exists())


class Rhythm(Base):
    """When a customer was last talked to, and is to be again; kept from facts, identities and targets.

    `due_at` is null where no target says so, and the year 1 for a customer who never was talked to.
    """

    __tablename__ = "rhythms"
    __table_args__ = (
        Index(None, "due_at", "customer_id"),
        Index(None, "owner", "due_at", "customer_id"),
        Index(None, "department", "due_at", "customer_id"),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    customer_class: Mapped[str | None] = mapped_column(Text)
    last_at: Mapped[datetime | None] = mapped_column(TIME)
    days: Mapped[int | None] = mapped_column(SmallInteger)
    due_at: Mapped[datetime | None] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show it to those who see the customer."""
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department", type_=Text)
        return cls.owner == bindparam("principal_id", type_=Text)
