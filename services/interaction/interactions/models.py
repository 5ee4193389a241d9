"""The table of interactions."""

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact
from shared.masking import PERSONAL


class Interaction(Fact):
    """One contact between a customer and the firm."""

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
        {"info": {"guarded": True}},
    )

    channel: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    body: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
