"""The table of rules."""

from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, Integer, Text, text, true
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from shared.auth import Visibility

_LIVE = text("deleted_at is null")
_ONE: dict[str, Any] = {"unique": True, "postgresql_nulls_not_distinct": True}
Exact = Text(collation="C")


class RetentionRule(Kept, Base):
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

    kind: Mapped[str] = mapped_column(Exact)
    channel: Mapped[str | None] = mapped_column(Exact)
    channel_group: Mapped[str | None] = mapped_column(Exact)
    keep_days: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(Exact)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show rules to everybody: they are about no customer."""
        return true()
