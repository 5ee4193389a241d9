"""What callers get as a timeline."""

from enum import StrEnum

from pydantic import Field

from services.interaction.timeline.facts import FactKind
from services.interaction.timeline.items import TimelineItem
from shared.schemas import Read


class TimelineOrder(StrEnum):
    """At which end a timeline begins."""

    DESC = "desc"
    ASC = "asc"


class TimelinePart(StrEnum):
    """What a timeline may include besides."""

    PEOPLE = "people"


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
