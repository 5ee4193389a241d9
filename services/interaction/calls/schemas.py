"""What telephone systems and agents send about calls, and what callers of the API get."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, WrapValidator

from services.interaction.calls.folding import CallDirection, CallOutcome, CallState, EventType
from services.interaction.calls.intervals import FigureInterval
from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import MAX_ROWS, FactRead
from shared.schemas import (
    Body,
    Code,
    Country,
    Flag,
    Instant,
    JsonObject,
    Read,
    SourceKey,
    Text,
    Whole,
    example,
)

EXAMPLE: dict[str, Any] = {
    "call": {"system": "pbx", "id": "c-778"},
    "type": "ringing",
    "event_id": "e-1",
    "occurred_at": "2026-03-01T09:30:00Z",
    "direction": "inbound",
    "from": "138 0013 8000",
    "to": "+86 10 8888 6666",
    "queue": "sales",
    "agent": "u-12",
}
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class CallEventCreate(Body):
    """Something that happened to a call; a field that is absent says nothing.

    `event_id`, else `sequence`, else what the event says is its name among the events of its call: one that
    comes again under its name changes nothing. `country` is where the numbers were written or dialled.
    """

    model_config = example(**EXAMPLE)

    call: SourceKey
    type: EventType
    occurred_at: Instant
    event_id: Text | None = None
    sequence: Whole | None = Field(default=None, ge=0, le=2**31 - 1)
    direction: CallDirection | None = None
    from_: Text | None = Field(default=None, alias="from")
    to: Text | None = None
    country: Country | None = None
    agent: Text | None = None
    queue: Code | None = None
    disposition: Text | None = None
    recording: Reason | None = Field(default=None, description="Where the recording is: a URL, or a name.")
    customer: Reference | None = None
    attributes: JsonObject = Field(default_factory=dict)


AnyEvent = Annotated[CallEventCreate, WrapValidator(lambda given, _: given)]  # judged one by one


class CallEventBatch(Body):
    """Events to take together, each judged on its own."""

    model_config = example(items=[EXAMPLE])

    items: list[AnyEvent] = Field(min_length=1, max_length=MAX_ROWS)
    dry_run: Flag = False


class CallUpdate(Body):
    """What an agent says of a call; what is absent stays, null takes the disposition or the customer away."""

    model_config = example(disposition="order placed")

    disposition: Text | None = None
    customer: Reference | None = None


class CallMatchedBy(StrEnum):
    """What told whose a call is."""

    EVENT = "event"
    NUMBER = "number"
    AGENT = "agent"


class CallLegRead(Read):
    """A stretch of a call with one queue or agent; seconds are null until they are over."""

    queue: str | None
    agent: str | None
    since: Instant
    answered_at: Instant | None
    until: Instant | None
    waited_seconds: float | None
    talked_seconds: float | None
    held_seconds: float
    outcome: CallOutcome | None


class CallRead(FactRead):
    """A call as its events add up; `number` is the other party's, in the form in which numbers are compared.

    `occurred_at` is when it began, `waited_seconds` until somebody answered or it ended; talked and held are
    of the legs that are over. `matched_by` says what told its customer: an event, the number, or an agent.
    """

    source: SourceKey
    state: CallState
    direction: CallDirection
    from_: str | None = Field(alias="from")
    to: str | None
    number: str | None
    agent: str | None
    queue: str | None
    occurred_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    waited_seconds: float | None
    talked_seconds: float
    held_seconds: float
    transfers: int
    outcome: CallOutcome | None
    abandoned: bool
    disposition: str | None
    recording: str | None
    legs: list[CallLegRead]
    matched_by: CallMatchedBy | None


class CallPage(Read):
    """Calls, the last recorded first."""

    items: list[CallRead]
    next: str | None


class CallEventRead(Read):
    """An event as it came; `said` are the fields that it gave."""

    id: UUID
    key: str
    type: EventType
    occurred_at: Instant
    sequence: int | None
    said: dict[str, Any] | None
    by_hand: bool
    recorded_by: str
    received_at: Instant
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class CallEvents(Read):
    """All events of a call, in the order in which they are added up."""

    items: list[CallEventRead]


class MissedCall(Read):
    """The last missed call of a number, and how many there were since somebody talked to it."""

    call: CallRead
    attempts: int


class MissedCallPage(Read):
    """Missed calls that nobody has made good yet, the newest first."""

    items: list[MissedCall]
    next: str | None


class Seconds(Read):
    """The average and the 90th percentile; null where there is nothing to measure."""

    average_seconds: float | None
    p90_seconds: float | None


class FirstContact(Read):
    """First contacts that are decided, how many of these were the only one, and those that may still be."""

    contacts: int
    resolved: int
    pending: int
    resolution: float | None


class QueueFigures(Read):
    """Figures of a queue, null for calls that went through none, in the interval that begins at `from`."""

    from_: Instant = Field(alias="from")
    queue: str | None
    offered: int
    answered: int
    abandoned: int
    abandoned_briefly: int
    voicemail: int
    overflowed: int
    answered_in_time: int
    service_level: float | None
    abandonment: float | None
    wait: Seconds
    talk: Seconds
    hold: Seconds
    first_contact: FirstContact


class CallFigures(Read):
    """Figures of intervals and queues in which there were calls; the target beside what was reached."""

    from_: Instant = Field(alias="from")
    until: Instant
    interval: FigureInterval
    zone: str
    threshold_seconds: float
    target: float
    abandoned_after_seconds: float
    first_contact_days: int
    items: list[QueueFigures]
