"""The tables of interactions and of the channels that they pass through."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Text, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from services.interaction.records.models import TIME, Fact
from shared.auth import Visibility
from shared.masking import PERSONAL


class Interaction(Fact):
    """One contact between a customer and the firm.

    `participants` and `attachments` are lists of objects as callers give them, null where there are none;
    `thread_id` is shared by the contacts of one conversation.
    """

    __tablename__ = "interactions"
    # What narrows a timeline, and what its totals count, is told by the index that the timeline is read by.
    __table_args__ = (
        Index(
            "ix_interactions_told",
            "customer_id",
            text("occurred_at DESC"),
            text("id DESC"),
            postgresql_include=["channel", "direction", "purpose"],
        ),
        Index(None, "campaign", "customer_id", postgresql_where=text("campaign is not null")),
        Index(None, "thread_id", "id", postgresql_where=text("thread_id is not null")),
        {"info": {"guarded": True}},
    )

    channel: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    body: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    language: Mapped[str | None] = mapped_column(Text)
    sentiment: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    participants: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB, info=PERSONAL)
    attachments: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB, info=PERSONAL)
    thread_id: Mapped[str | None] = mapped_column(Text(collation="C"))
    campaign: Mapped[str | None] = mapped_column(Text(collation="C"))


class Channel(Kept, Base):
    """A way in which contacts take place; the built-in ones are made by the migration.

    `labels` are its names in `en`, `zh-Hans` and `zh-Hant`. `used` says that contacts may name it: it is set
    before the first one is written, and never taken back.
    """

    __tablename__ = "channels"
    __table_args__ = (
        Index("ix_channels_code", "code", unique=True, postgresql_where=text("deleted_at is null")),
    )

    code: Mapped[str] = mapped_column(Text(collation="C"))
    group: Mapped[str] = mapped_column(Text)
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    formal: Mapped[bool]
    built_in: Mapped[bool]
    used: Mapped[bool]
    retired_at: Mapped[datetime | None] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show channels to everybody: they are about no customer."""
        return true()
