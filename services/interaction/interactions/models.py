"""The table of interactions."""

from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact
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
