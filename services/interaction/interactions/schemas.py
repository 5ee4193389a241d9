"""What callers send and get about interactions."""

from typing import Annotated, Any

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.interactions.catalogue import Direction, Purpose
from services.interaction.interactions.details import (
    MOST,
    Attachment,
    AttachmentRead,
    Language,
    Participant,
    ParticipantRead,
    Sentiment,
    SentimentRead,
)
from services.interaction.records.schemas import FactRead, RecordCreate
from shared.schemas import Code, Instant, LongText, Text, example

ChannelCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", max_length=64, examples=["phone"])]
EXAMPLE: dict[str, Any] = {
    "customer": {"system": "erp", "id": "C0001"},
    "channel": "phone",
    "direction": "inbound",
    "purpose": "service",
    "occurred_at": "2026-03-01T09:30:00Z",
    "participants": [{"side": "firm", "role": "agent", "principal": "u-12"}],
    "language": "en",
    "subject": "Where is my order?",
    "source": {"system": "pbx", "id": "call-778"},
}


class InteractionCreate(RecordCreate):
    """A contact to record; `direction` is none for a broadcast, `thread_id` that of its conversation.

    `campaign` is the code of the campaign that it belongs to, or answers.
    """

    model_config = example(**EXAMPLE)

    customer: Reference
    channel: ChannelCode
    direction: Direction = Direction.NONE
    purpose: Purpose | None = None
    occurred_at: Instant
    subject: Text | None = None
    body: LongText | None = None
    language: Language | None = None
    sentiment: Sentiment | None = None
    participants: list[Participant] = Field(default_factory=list, max_length=MOST)
    attachments: list[Attachment] = Field(default_factory=list, max_length=MOST)
    thread_id: Text | None = None
    campaign: Code | None = None


class InteractionRead(FactRead):
    """A contact between a customer and the firm."""

    channel: str
    direction: Direction
    purpose: Purpose | None
    occurred_at: Instant
    subject: str | None
    body: str | None
    language: str | None
    sentiment: SentimentRead | None
    participants: list[ParticipantRead] | None = Field(description="Null where it is masked.")
    attachments: list[AttachmentRead] | None = Field(description="Null where it is masked.")
    thread_id: str | None
    campaign: str | None
