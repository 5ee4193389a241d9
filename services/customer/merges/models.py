"""The tables of merges, and of the rules by which fields survive them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Index, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from shared.auth import Visibility
from shared.masking import PERSONAL

_TIME = DateTime(timezone=True)


class Merge(Base):
    """One merge: records `duplicate_ids` were folded into `survivor_id`, each as it was called then.

    `kept` is what an undo needs, {"before", "after"} of the survivor; it is dropped with the decisions when
    the merge was undone, or can be no more. The documents of the duplicates are in their own rows.
    """

    __tablename__ = "merges"
    __table_args__ = (
        Index(None, "survivor_id", "survivor_version"),
        Index(None, "duplicate_ids", postgresql_using="gin"),
        Index(None, "created_at", "id"),
        Index(None, "undoable_until", postgresql_where=text("kept is not null")),
        {"info": {"guarded": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survivor_id: Mapped[UUID]
    survivor_version: Mapped[int]
    duplicate_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reason: Mapped[str | None] = mapped_column(Text)
    decisions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB, info=PERSONAL)
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(_TIME)
    created_by: Mapped[str] = mapped_column(Text)
    undoable_until: Mapped[datetime] = mapped_column(_TIME)
    undone_at: Mapped[datetime | None] = mapped_column(_TIME)
    undone_by: Mapped[str | None] = mapped_column(Text)
    undo: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, comment="what was changed since, and conflicts"
    )

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a merge to those who see the survivor, as that is now."""
        mine = aliased(Customer, name="mine")
        seen = select(mine.id).where(mine.id == current(cls.survivor_id), mine.visible_to(visibility))
        return seen.exists()


class Survivorship(Kept, Base):
    """The one row of rules by field, and of systems in the order of trust."""

    __tablename__ = "survivorship"

    rules: Mapped[dict[str, str]] = mapped_column(JSONB)
    trusted_sources: Mapped[list[str]] = mapped_column(ARRAY(Text))
