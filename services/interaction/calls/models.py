"""The tables of calls: the events as they came, and what they add up to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Integer, Text, and_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.interaction.base import Base
from services.interaction.calls.folding import CallOutcome, EventType
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME, Fact, on_timeline
from shared.auth import Visibility
from shared.masking import PERSONAL

RINGS = (EventType.RINGING, EventType.QUEUED)
MISSES = (CallOutcome.ABANDONED, CallOutcome.VOICEMAIL)


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(str(word)) for word in words)})"


class Call(Fact):
    """What the events of a call add up to; kept anew whenever one comes. Seconds are of what is over.

    `occurred_at` is when it began, `source` its name in the telephone system. `number` is that of the other
    party, in the form that numbers are compared by. `matched_by` says how its customer was told.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(None, "number", "occurred_at", postgresql_where=text("number is not null")),
        Index(None, "occurred_at"),
        Index(
            "ix_calls_missed",
            "occurred_at",
            "id",
            postgresql_where=text(f"direction = 'inbound' and {_among('outcome', MISSES)}"),
        ),
        *on_timeline("calls"),
    )

    direction: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    from_number: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    to_number: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    number: Mapped[str | None] = mapped_column(Text(collation="C"), info=PERSONAL)
    matched_by: Mapped[str | None] = mapped_column(Text, comment="event, number or agent; null: unmatched")
    agent: Mapped[str | None] = mapped_column(Text)
    queue: Mapped[str | None] = mapped_column(Text)
    legs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    answered_at: Mapped[datetime | None] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    waited_seconds: Mapped[float | None]
    talked_seconds: Mapped[float]
    held_seconds: Mapped[float]
    transfers: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(Text)
    disposition: Mapped[str | None] = mapped_column(Text)
    recording: Mapped[str | None] = mapped_column(Text, info=PERSONAL)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a call to those who see its customer; one that is unmatched, to the agent who has it."""
        whose = aliased(Identity, name="unmatched")
        unmatched = select(whose.original_id).where(
            whose.original_id == cls.customer_id, whose.provisional, whose.customer_id.is_(None)
        )
        mine = cls.agent == bindparam("principal_id", type_=Text)
        return or_(super().visible_to(visibility), and_(mine, unmatched.exists()))


class CallEvent(Base):
    """One event as it came; never changed. `key` is its name among the events of its call."""

    __tablename__ = "call_events"
    __table_args__ = (
        Index("ix_call_events_rings", "received_at", postgresql_where=text(_among("type", RINGS))),
    )

    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    sequence: Mapped[int | None] = mapped_column(Integer)
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PERSONAL, comment="the fields that it gave")
    by_hand: Mapped[bool] = mapped_column(server_default="false", comment="an agent said so")
    recorded_by: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(TIME, server_default=func.clock_timestamp())
