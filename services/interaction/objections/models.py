"""The table of objections."""

from typing import Any

from sqlalchemy import Boolean, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import EMPTIED, Fact, on_timeline
from shared.masking import PERSONAL


class Objection(Fact):
    """What a customer objected; `occurred_at` is when, `attempts` how it was met, in order."""

    __tablename__ = "objections"
    __table_args__ = (Index("ix_objections_occurred_at", "occurred_at"), *on_timeline("objections"))

    kind: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text, info=PERSONAL)
    founded: Mapped[bool | None] = mapped_column(Boolean)
    personality: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    raised_to: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, info={**PERSONAL, EMPTIED: "answer"})
    outcome: Mapped[str] = mapped_column(Text)
