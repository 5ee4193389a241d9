"""What the tables of all kinds of records have in common."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Index, Text, select, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.interaction.base import Base
from services.interaction.identities.models import Identity
from shared.auth import Visibility
from shared.masking import PERSONAL

TIME = DateTime(timezone=True)
# Of a personal list: the member of its items that is emptied when a record is stripped; others are counted.
EMPTIED = "emptied"


class Record(Base):
    """A record's version, the key under which its source knows it, and when it came."""

    __abstract__ = True

    version: Mapped[int]
    source_system: Mapped[str | None] = mapped_column(Text(collation="C"))
    source_id: Mapped[str | None] = mapped_column(Text(collation="C"))
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    source_updated_at: Mapped[datetime | None] = mapped_column(
        TIME, comment="when the source last changed it, as it says"
    )

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show what belongs to no customer to all who may read its kind."""
        return true()


class Fact(Record):
    """A record about a customer, kept for ever under the id under which it arrived."""

    __abstract__ = True

    customer_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-3)
    id: Mapped[UUID] = mapped_column(primary_key=True, index=True, sort_order=-2)
    occurred_at: Mapped[datetime] = mapped_column(TIME, sort_order=-1)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PERSONAL)
    recorded_by: Mapped[str] = mapped_column(Text, comment="the principal who recorded it first")

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a fact to those who see its customer; one that is unmatched has no owner."""
        whose = aliased(Identity, name="whose")
        seen = select(whose.original_id).where(
            whose.original_id == cls.customer_id, whose.visible_to(visibility)
        )
        return seen.exists()


def on_timeline(name: str) -> Any:  # noqa: ANN401 - SQLAlchemy types table arguments so
    """Table arguments of a fact: guarded, and indexed so that a customer's newest are read first."""
    newest = Index(f"ix_{name}_newest", "customer_id", text("occurred_at DESC"), text("id DESC"))
    return newest, {"info": {"guarded": True}}
