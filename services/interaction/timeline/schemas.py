"""What callers get as a timeline."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from services.interaction.interactions.catalogue import Channel, Direction
from shared.schemas import Instant, Read


class FactKind(StrEnum):
    """What kind of thing passed between a customer and the firm."""

    INTERACTION = "interaction"
    ORDER = "order"
    PAYMENT = "payment"
    RETURN = "return"
    DELIVERY = "delivery"
    CREDIT_NOTE = "credit_note"


class TimelineItem(Read):
    """One fact; `data` is the whole record as its own resource shows it."""

    id: UUID
    kind: FactKind
    occurred_at: Instant
    channel: Channel | None
    direction: Direction | None
    summary: str
    data: dict[str, Any]


class TimelinePage(Read):
    """Facts, the newest first."""

    items: list[TimelineItem]
    next: str | None
