"""The tables of rules and of holds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, Integer, Text, select, text, true
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.interaction.base import Base
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from shared.auth import Visibility
from shared.masking import PERSONAL

_LIVE = text("deleted_at is null")
_ONE: dict[str, Any] = {"unique": True, "postgresql_nulls_not_distinct": True}
Exact = Text(collation="C")


class RetentionRule(Base):
    """That records of a `kind` are kept for `keep_days`, and deleted or stripped then.

    Of interactions a rule may be for those of one channel or of one group of channels.
    """

    __tablename__ = "retention_rules"
    __table_args__ = (
        CheckConstraint("keep_days between 1 and 36500", name="keep_days"),
        CheckConstraint("num_nonnulls(channel, channel_group) < 2", name="narrowed"),
        Index(
            "uq_retention_rules_live",
            *("kind", "channel", "channel_group", "action"),
            postgresql_where=_LIVE,
            **_ONE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Exact)
    channel: Mapped[str | None] = mapped_column(Exact)
    channel_group: Mapped[str | None] = mapped_column(Exact)
    keep_days: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(Exact)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    deleted_at: Mapped[datetime | None] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show rules to everybody: they are about no customer."""
        return true()


class RetentionHold(Base):
    """That nothing of a customer goes, whatever rules say, as long as the hold is there."""

    __tablename__ = "retention_holds"
    __table_args__ = (
        Index("uq_retention_holds_live", "customer_id", unique=True, postgresql_where=_LIVE),
        {"info": {"guarded": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text, info=PERSONAL)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    deleted_at: Mapped[datetime | None] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a hold to those who see its customer."""
        whose = aliased(Identity, name="whose")
        mine = whose.original_id == cls.customer_id
        return select(whose.original_id).where(mine, whose.visible_to(visibility)).exists()


def held(original_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return whether the customer whom an id means now is on hold, under whichever of its ids."""
    this, other = aliased(Identity, name="this"), aliased(Identity, name="other")
    found = (
        select(RetentionHold.id)
        .join_from(this, other, other.current_id == this.current_id)
        .join(RetentionHold, RetentionHold.customer_id == other.original_id)
        .where(this.original_id == original_id, RetentionHold.deleted_at.is_(None))
    )
    return found.correlate_except(this, other, RetentionHold).exists()
