"""What callers get as a timeline."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import Direction
from shared.schemas import Instant, Read


class FactKind(StrEnum):
    """What kind of thing passed between a customer and the firm."""

    INTERACTION = "interaction"
    CALL = "call"
    ORDER = "order"
    PAYMENT = "payment"
    RETURN = "return"
    DELIVERY = "delivery"
    CREDIT_NOTE = "credit_note"
    PROMISE = "promise"
    OBJECTION = "objection"


class TimelineOrder(StrEnum):
    """At which end a timeline begins."""

    DESC = "desc"
    ASC = "asc"


class TimelinePart(StrEnum):
    """What a timeline may include besides."""

    PEOPLE = "people"


class TimelineItem(Read):
    """One fact; `data` is the whole record as its own resource shows it, with whose it is."""

    id: UUID
    kind: FactKind
    occurred_at: Instant
    channel: str | None
    direction: Direction | None
    summary: str
    data: dict[str, Any]


class TimelinePage(Read):
    """Facts in the order asked for; `next` leads on, `previous` to the page before, where there is one."""

    items: list[TimelineItem]
    next: str | None
    previous: str | None


class TimelineTotal(Read):
    """How many facts of a kind there were in a month, and of contacts through a channel how many each way."""

    month: str = Field(pattern=r"^\d{4,5}-\d\d$", examples=["2026-03"], description="In UTC.")
    kind: FactKind
    channel: str | None
    count: int
    inbound: int
    outbound: int


class TimelineTotals(Read):
    """Counts, the newest month first, then by kind and channel."""

    items: list[TimelineTotal]
