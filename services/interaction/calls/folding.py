"""A call as the sum of its events: a state machine over the set of them, in one order. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """What happened; the order is that of events of one moment.

    `transferred` names its target as agent and queue; `noted` only adds what is known of the call, such as a
    disposition or a recording, before or after its end.
    """

    RINGING = "ringing"
    QUEUED = "queued"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    VOICEMAIL = "voicemail"
    ABANDONED = "abandoned"
    ENDED = "ended"
    NOTED = "noted"


class CallState(StrEnum):
    """Where a call is; new: nothing is known yet of how it began."""

    NEW = "new"
    RINGING = "ringing"
    QUEUED = "queued"
    TALKING = "talking"
    HELD = "held"
    VOICEMAIL = "voicemail"
    ENDED = "ended"


class CallDirection(StrEnum):
    """Who called whom; internal calls have no customer."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class CallOutcome(StrEnum):
    """How a leg, or the whole call, ended.

    Abandoned: the caller gave up. Unanswered: nobody took a call of ours. Overflowed: it went elsewhere
    before anybody answered. Transferred: after somebody had.
    """

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    UNANSWERED = "unanswered"
    OVERFLOWED = "overflowed"
    TRANSFERRED = "transferred"


RANK = {type_: rank for rank, type_ in enumerate(EventType)}
WAITING = (CallState.NEW, CallState.RINGING, CallState.QUEUED)


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `said` are the fields that it gives. `by_hand`: an agent says so, not the system."""

    key: str
    type: EventType
    at: datetime
    sequence: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    by_hand: bool = False

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        """Return what events are sorted by; no two of one call have the same."""
        return self.at, self.sequence or 0, RANK[self.type], self.key


@dataclass(slots=True)
class Leg:
    """A stretch of a call with one queue, or one agent; seconds are of what is over."""

    queue: str | None
    agent: str | None
    since: datetime
    answered_at: datetime | None = None
    until: datetime | None = None
    waited_seconds: float | None = None
    talked_seconds: float | None = None
    held_seconds: float = 0.0
    outcome: CallOutcome | None = None


@dataclass(slots=True)
class Folding:
    """A call while its events are added up."""

    direction: CallDirection
    state: CallState = CallState.NEW
    legs: list[Leg] = field(default_factory=list)
    transfers: int = 0
    held_since: datetime | None = None
    ended_at: datetime | None = None

    @property
    def leg(self) -> Leg | None:
        """The leg that is not over."""
        return self.legs[-1] if self.legs and self.legs[-1].until is None else None

    def add(self, event: Event) -> None:
        """Go on to the next event; what follows the end changes nothing."""
        if self.state is not CallState.ENDED and event.type is not EventType.NOTED:
            step = getattr(self, f"_{event.type}")
            step(event.at, event.said.get("queue"), event.said.get("agent"))

    def _ringing(self, at: datetime, queue: str | None, agent: str | None) -> None:
        if self.state in WAITING:
            self._offer(at, queue, agent)
            self.state = CallState.RINGING

    def _queued(self, at: datetime, queue: str | None, agent: str | None) -> None:
        if self.state in WAITING:
            self._offer(at, queue, agent)
            self.state = CallState.QUEUED

    def _answered(self, at: datetime, queue: str | None, agent: str | None) -> None:
        leg = self.leg
        if leg is not None and leg.answered_at is not None:
            if agent is None or agent == leg.agent:  # back from hold, without a word of it
                self._resumed(at, queue, agent)
                return
            self._transferred(at, queue or leg.queue, agent)
        leg = self._offer(at, queue, agent)
        leg.answered_at, leg.waited_seconds = at, seconds(leg.since, at)
        self.state = CallState.TALKING

    def _held(self, at: datetime, _: str | None, __: str | None) -> None:
        if self.state is CallState.TALKING:
            self.held_since, self.state = at, CallState.HELD

    def _resumed(self, at: datetime, _: str | None, __: str | None) -> None:
        if self.leg is not None and self.held_since is not None:
            self.leg.held_seconds = round(self.leg.held_seconds + seconds(self.held_since, at), 3)
            self.held_since, self.state = None, CallState.TALKING

    def _transferred(self, at: datetime, queue: str | None, agent: str | None) -> None:
        leg = self.leg
        if leg is not None and leg.answered_at is not None:
            self.transfers += 1
        self._close(at, CallOutcome.OVERFLOWED, CallOutcome.TRANSFERRED)
        self.legs.append(Leg(queue, agent, at))
        self.state = CallState.RINGING if queue is None else CallState.QUEUED

    def _voicemail(self, at: datetime, queue: str | None, agent: str | None) -> None:
        if self.state in WAITING:
            self._offer(at, queue, agent)
            self._close(at, CallOutcome.VOICEMAIL, CallOutcome.VOICEMAIL)
            self.state = CallState.VOICEMAIL

    def _abandoned(self, at: datetime, queue: str | None, agent: str | None) -> None:
        self._ended(at, queue, agent)

    def _ended(self, at: datetime, queue: str | None, agent: str | None) -> None:
        if self.state in WAITING:
            self._offer(at, queue, agent)
        inbound = self.direction is CallDirection.INBOUND
        self._close(at, CallOutcome.ABANDONED if inbound else CallOutcome.UNANSWERED, CallOutcome.ANSWERED)
        self.ended_at, self.state = at, CallState.ENDED

    def _offer(self, at: datetime, queue: str | None, agent: str | None) -> Leg:
        """Return the leg that waits for an answer; another queue begins another leg."""
        leg = self.leg
        if leg is not None and queue is not None and queue != leg.queue:
            if leg.queue is None and leg.agent is None:  # only now it is known where the call goes
                leg.queue, leg.since = queue, at
            else:
                self._close(at, CallOutcome.OVERFLOWED, CallOutcome.TRANSFERRED)
        if self.leg is None:
            self.legs.append(Leg(queue, None, at))
        self.legs[-1].agent = agent or self.legs[-1].agent
        return self.legs[-1]

    def _close(self, at: datetime, unanswered: CallOutcome, answered: CallOutcome) -> None:
        leg = self.leg
        if leg is None:
            return
        self._resumed(at, None, None)
        leg.until = at
        if leg.answered_at is None:
            leg.outcome, leg.waited_seconds = unanswered, seconds(leg.since, at)
        else:
            leg.outcome, leg.talked_seconds = (
                answered,
                round(seconds(leg.answered_at, at) - leg.held_seconds, 3),
            )


def fold(events: Iterable[Event]) -> dict[str, Any]:
    """Return the columns of the call that a set of events is, whatever order they come in; seconds as floats.

    Numbers and direction are those that were said first, agent and queue those of the last leg that was
    answered, else of the last; disposition, recording and each attribute were said last, an agent's before
    the system's.
    """
    ordered = sorted(events, key=lambda event: event.order)
    first = {name: value for event in reversed(ordered) for name, value in event.said.items()}
    last = _last(ordered)
    call = Folding(CallDirection(first.get("direction") or CallDirection.INBOUND))
    for event in ordered:
        call.add(event)
    told = [event for event in ordered if not event.by_hand] or ordered
    began, legs = told[0].at, call.legs
    answers = [leg for leg in legs if leg.answered_at is not None]
    shown = (answers or legs or [Leg(first.get("queue"), first.get("agent"), began)])[-1]
    answered_at = answers[0].answered_at if answers else None
    waited_until = answered_at or (legs[-1].until if legs else None) or call.ended_at
    return {
        "occurred_at": began,
        "direction": call.direction,
        "state": call.state,
        "from_number": first.get("from"),
        "to_number": first.get("to"),
        "agent": shown.agent,
        "queue": shown.queue,
        "legs": [_plain(leg) for leg in legs],
        "answered_at": answered_at,
        "ended_at": call.ended_at,
        "waited_seconds": None if waited_until is None else seconds(began, waited_until),
        "talked_seconds": round(sum(leg.talked_seconds or 0.0 for leg in answers), 3),
        "held_seconds": round(sum(leg.held_seconds for leg in answers), 3),
        "transfers": call.transfers,
        "outcome": _outcome(call, answered=bool(answers)),
        "disposition": last.get("disposition"),
        "recording": last.get("recording"),
        "attributes": {k: v for event in ordered for k, v in (event.said.get("attributes") or {}).items()},
    }


def seconds(since: datetime, until: datetime) -> float:
    """Return how long it was, never less than nothing."""
    return max(0.0, round((until - since).total_seconds(), 3))


def _plain(leg: Leg) -> dict[str, Any]:
    """Return a leg as JSON holds it."""
    values = asdict(leg).items()
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values}


def _last(ordered: list[Event]) -> dict[str, Any]:
    """Return what was said last of each field, by an agent if one did; null from an agent takes it away."""
    said = {k: v for event in ordered if not event.by_hand for k, v in event.said.items() if v is not None}
    return said | {k: v for event in ordered if event.by_hand for k, v in event.said.items()}


def _outcome(call: Folding, *, answered: bool) -> CallOutcome | None:
    if call.state is not CallState.ENDED:
        return None
    if answered:
        return CallOutcome.ANSWERED
    return call.legs[-1].outcome
