"""The table of interactions."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, on_timeline
from shared.masking import PERSONAL


class Interaction(Fact):
    """One contact between a customer and the firm."""

    __tablename__ = "interactions"
    __table_args__ = on_timeline("interactions")

    channel: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    body: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
