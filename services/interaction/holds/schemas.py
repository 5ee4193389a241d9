"""What callers send and get about holds."""

from uuid import UUID

from shared.schemas import Body, Instant, Read, Text, example


class RetentionHoldWrite(Body):
    """Why nothing of a customer may go."""

    model_config = example(reason="Lawsuit 2026-17")

    reason: Text


class RetentionHoldRead(Read):
    """A hold: nothing of the customer goes as long as it is there, through merges."""

    id: UUID
    version: int
    customer_id: UUID
    reason: str | None
    masked: list[str]
    created_at: Instant
    updated_at: Instant


class RetentionHoldPage(Read):
    """Holds, the oldest first."""

    items: list[RetentionHoldRead]
    next: str | None
