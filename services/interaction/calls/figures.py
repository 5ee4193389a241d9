"""Figures of queues: offered, answered, given up, within time, waiting, talking, solved at first contact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from asyncpg import InvalidParameterValueError, Record
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Double,
    Interval,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from services.interaction.calls.folding import CallDirection, CallOutcome
from services.interaction.calls.intervals import FigureInterval
from services.interaction.calls.models import Call
from services.interaction.identities.models import Identity
from shared.auth import Principal
from shared.errors import FieldError, Invalid
from shared.statements import Runner, Visible, visible

MOST = 1_500  # intervals in one answer
Number = ColumnElement[Any]
_LONGEST_CALL: Number = literal_column("interval '1 day'")  # a leg begins within it


_MINUTES = {FigureInterval.QUARTER_HOUR: 15, FigureInterval.HALF_HOUR: 30}
_LENGTH = {
    FigureInterval.QUARTER_HOUR: timedelta(minutes=15),
    FigureInterval.HALF_HOUR: timedelta(minutes=30),
    FigureInterval.HOUR: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; seconds and days are those of the definitions in docs/calls.md."""

    since: datetime
    until: datetime
    interval: FigureInterval
    zone: str
    queue: str | None
    threshold: float
    target: float
    brief: float
    days: int
    now: datetime

    def check(self) -> None:
        """Raise Invalid for a time that is none, or is parted into too many intervals."""
        if self.since >= self.until:
            raise _invalid("until", "It must be after `from`.")
        if (self.until - self.since) / _LENGTH.get(self.interval, timedelta(days=1)) > MOST:
            raise _invalid("interval", f"An answer has at most {MOST} intervals.")

    def told(self) -> dict[str, Any]:
        """Return what was asked for, as an answer repeats it."""
        return {
            "from": self.since,
            "until": self.until,
            "interval": self.interval,
            "zone": self.zone,
            "threshold_seconds": self.threshold,
            "target": self.target,
            "abandoned_after_seconds": self.brief,
            "first_contact_days": self.days,
        }

    async def read(self, on: Runner, principal: Principal) -> list[dict[str, Any]]:
        """Return the figures of each interval and queue in which there are any."""
        given = {
            "since": self.since,
            "until": self.until,
            "zone": self.zone,
            "threshold": self.threshold,
            "brief": self.brief,
            "days": timedelta(days=self.days),
            "now": self.now,
            "queue": self.queue,
        }
        try:
            legs = await _legs(self.interval).all(on, principal, **given)
            contacts = await _contacts(self.interval).all(on, principal, **given)
        except InvalidParameterValueError as problem:
            raise _invalid("zone", "There is no such time zone.") from problem
        return _together(legs, contacts)


def _together(legs: list[Record], contacts: list[Record]) -> list[dict[str, Any]]:
    first = {(row["at"], row["queue"]): row for row in contacts}
    return [_shown(row, first.get((row["at"], row["queue"]))) for row in legs]


def _shown(row: Record, first: Record | None) -> dict[str, Any]:
    counted = row["offered"] - row["abandoned_briefly"]
    names = ("offered", "answered", "abandoned", "abandoned_briefly", "voicemail", "overflowed")
    return {
        "from": row["at"],
        "queue": row["queue"],
        **{name: row[name] for name in names},
        "answered_in_time": row["in_time"],
        "service_level": _share(row["in_time"], counted),
        "abandonment": _share(row["abandoned"] - row["abandoned_briefly"], counted),
        "wait": _spread(row, "wait"),
        "talk": _spread(row, "talk"),
        "hold": _spread(row, "hold"),
        "first_contact": _first(first),
    }


def _first(row: Record | None) -> dict[str, Any]:
    contacts, resolved, pending = (row["contacts"], row["resolved"], row["pending"]) if row else (0, 0, 0)
    told = {"contacts": contacts, "resolved": resolved, "pending": pending}
    return {**told, "resolution": _share(resolved, contacts)}


def _spread(row: Record, name: str) -> dict[str, float | None]:
    average, p90 = row[f"{name}_average"], row[f"{name}_p90"]
    return {
        "average_seconds": None if average is None else round(average, 3),
        "p90_seconds": None if p90 is None else round(p90, 3),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole > 0 else None


def _invalid(parameter: str, detail: str) -> Invalid:
    error: FieldError = {"parameter": parameter, "code": "bad_interval", "detail": detail}
    return Invalid(detail, errors=[error])


def _time(name: str) -> Number:
    return bindparam(name, type_=DateTime(timezone=True))


def _bucket(interval: FigureInterval, moment: Number) -> Number:
    """Return when the interval of a moment begins; days and longer ones as the zone has them."""
    if interval is FigureInterval.WHOLE:
        return _time("since")
    if minutes := _MINUTES.get(interval):
        start: Number = literal_column("timestamptz '2000-01-01 00:00:00Z'")
        return func.date_bin(literal_column(f"interval '{minutes} minutes'"), moment, start)
    unit: Number = literal_column(f"'{interval}'")
    return func.date_trunc(unit, moment, bindparam("zone", type_=Text))


_leg = (
    func.jsonb_to_recordset(Call.legs)
    .table_valued(
        column("queue", Text),
        column("since", DateTime(timezone=True)),
        column("answered_at", DateTime(timezone=True)),
        column("waited_seconds", Double),
        column("talked_seconds", Double),
        column("held_seconds", Double),
        column("outcome", Text),
    )
    .render_derived(name="leg", with_types=True)
)


def _is(value: Number, word: str) -> ColumnElement[bool]:
    return value == literal_column(f"'{word}'")


_INBOUND = _is(Call.direction.expression, CallDirection.INBOUND)


def _count(condition: ColumnElement[bool]) -> Number:
    return func.count().filter(condition)


def _of(name: str, value: Number, among: ColumnElement[bool]) -> tuple[Number, Number]:
    """Return the average and the 90th percentile of some seconds."""
    p90 = func.percentile_cont(literal_column("0.9")).within_group(value)
    return func.avg(value).filter(among).label(f"{name}_average"), p90.filter(among).label(f"{name}_p90")


@cache
def _legs(interval: FigureInterval) -> Visible:
    """Count the legs that began in each interval: each is offered to one queue, or to nobody's."""
    leg = _leg.c
    answered, over = leg.answered_at.is_not(None), leg.outcome.is_not(None)
    abandoned = _is(leg.outcome, CallOutcome.ABANDONED)
    at = _bucket(interval, leg.since).label("at")
    query = (
        select(
            at,
            leg.queue,
            func.count().label("offered"),
            _count(answered).label("answered"),
            _count(abandoned).label("abandoned"),
            _count(and_(abandoned, leg.waited_seconds < bindparam("brief", type_=Double))).label(
                "abandoned_briefly"
            ),
            _count(_is(leg.outcome, CallOutcome.VOICEMAIL)).label("voicemail"),
            _count(_is(leg.outcome, CallOutcome.OVERFLOWED)).label("overflowed"),
            _count(and_(answered, leg.waited_seconds <= bindparam("threshold", type_=Double))).label(
                "in_time"
            ),
            *_of("wait", leg.waited_seconds, answered),
            *_of("talk", leg.talked_seconds, and_(answered, over)),
            *_of("hold", leg.held_seconds, and_(answered, over)),
        )
        .select_from(Call)
        .join(_leg, true())
        .where(
            _INBOUND,
            Call.occurred_at >= _time("since") - _LONGEST_CALL,
            Call.occurred_at < _time("until"),
            leg.since >= _time("since"),
            leg.since < _time("until"),
            or_(answered, over),
        )
        .group_by(at, leg.queue)
        .order_by(at, leg.queue)
    )
    return visible(query, Call, {"queue": leg.queue == bindparam("queue", type_=Text)})


def _another(*, later: bool) -> ColumnElement[bool]:
    """Whether the same number or customer called about the same queue within the days after, or before.

    Before, only an answered call is a contact; after, also one that was given up says that it was not solved.
    """
    other, mine, theirs = aliased(Call), aliased(Identity), aliased(Identity)
    days = bindparam("days", type_=Interval)
    if later:
        near = and_(other.occurred_at > Call.occurred_at, other.occurred_at <= Call.ended_at + days)
    else:
        near = and_(other.occurred_at < Call.occurred_at, other.occurred_at >= Call.occurred_at - days)
    inbound = _is(other.direction.expression, CallDirection.INBOUND)
    about = and_(inbound, other.queue.is_not_distinct_from(Call.queue), near)
    if not later:
        about = and_(about, other.answered_at.is_not(None))
    by_number = select(other.id).where(other.number == Call.number, about)
    by_customer = (
        select(other.id)
        .join(theirs, theirs.original_id == other.customer_id)
        .join(mine, mine.current_id == theirs.current_id)
        .where(mine.original_id == Call.customer_id, about)
    )
    return or_(by_number.correlate(Call).exists(), by_customer.correlate(Call).exists())


@cache
def _contacts(interval: FigureInterval) -> Visible:
    """Count first contacts that are over, those that were the only one, and those that may still be."""
    who = aliased(Identity)
    known = select(who.original_id).where(who.original_id == Call.customer_id, who.matched()).exists()
    told = select(_another(later=True).label("again")).correlate(Call).lateral("told")
    again, waiting = told.c.again, Call.ended_at + bindparam("days", type_=Interval) > _time("now")
    at = _bucket(interval, Call.occurred_at.expression).label("at")
    query = (
        select(
            at,
            Call.queue,
            _count(or_(again, not_(waiting))).label("contacts"),
            _count(not_(or_(again, waiting))).label("resolved"),
            _count(and_(waiting, not_(again))).label("pending"),
        )
        .select_from(Call)
        .join(told, true())
        .where(
            _INBOUND,
            _is(Call.outcome.expression, CallOutcome.ANSWERED),
            Call.occurred_at >= _time("since"),
            Call.occurred_at < _time("until"),
            or_(Call.number.is_not(None), known),
            not_(_another(later=False)),
        )
        .group_by(at, Call.queue)
    )
    return visible(query, Call, {"queue": Call.queue == bindparam("queue", type_=Text)})
