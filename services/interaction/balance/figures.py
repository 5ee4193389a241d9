"""The figures of a balance, from counts of contacts. Pure: the definitions are those of docs/balance.md."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.interaction.interactions.catalogue import PURPOSES, Direction, Purpose
from services.interaction.interactions.known import Channels

Row = Mapping[str, Any]  # kind, contact, channel, direction, purpose, count (in the span), last_at (ever)
DAY = timedelta(days=1)
FORMAL = {str(purpose): formal for purpose, (formal, _) in PURPOSES.items()}


def two_way(rows: Iterable[Row]) -> dict[str, Any]:
    """Return who addressed whom, of the contacts."""
    counts = _counted(rows, lambda row: row["direction"])
    inbound, outbound = counts.get(Direction.INBOUND, 0), counts.get(Direction.OUTBOUND, 0)
    most = max(inbound, outbound)
    return {
        "inbound": inbound,
        "outbound": outbound,
        "broadcast": counts.get(Direction.NONE, 0),
        "ratio": _ratio(inbound, outbound),
        "evenness": _ratio(min(inbound, outbound), most),
    }


def formality(rows: Iterable[Row], channels: Channels) -> dict[str, Any]:
    """Return what the contacts were for; the channel says where the purpose does not."""

    def formal_of(row: Row) -> bool | None:
        channel = channels.get(row["channel"])
        return FORMAL.get(row["purpose"], None if channel is None else channel.formal)

    counts = _counted(rows, formal_of)
    formal, informal = counts.get(True, 0), counts.get(False, 0)
    return {
        "formal": formal,
        "informal": informal,
        "unstated": counts.get(None, 0),
        "ratio": _ratio(formal, informal),
        "formal_share": _ratio(formal, formal + informal),
    }


def frequency(rhythm: Row | None, contacts: int, span: timedelta, now: datetime) -> dict[str, Any]:
    """Return how often there was a contact in a span, and how that stands to the target."""
    days, last = (None, None) if rhythm is None else (rhythm["days"], rhythm["last_at"])
    due = None if days is None or last is None else _after(last, days)
    return {
        "per_30_days": round(contacts / (span / (30 * DAY)), 3),
        "target_days": days,
        "last_at": last,
        "due_at": due,
        "overdue_days": None if due is None else max(0, (now - due) // DAY),
    }


def last(rows: Iterable[Row], name: str, of: Callable[[Row], Any], now: datetime) -> list[dict[str, Any]]:
    """Return when there was last something of each group that `of` tells; the latest first."""
    found: dict[Any, datetime] = {}
    for row in rows:
        group = of(row)
        if group is not None:
            found[group] = max(row["last_at"], found.get(group, row["last_at"]))
    latest = sorted(found.items(), key=lambda each: (each[1], str(each[0])), reverse=True)
    return [{name: group, "at": at, "days": max(0, (now - at) // DAY)} for group, at in latest]


def purpose_of(row: Row) -> Purpose | None:
    """Return what a contact was for."""
    return None if row["purpose"] is None else Purpose(row["purpose"])


def kind_of(row: Row) -> str:
    """Return what kind of fact something was."""
    return str(row["kind"])


def group_in(channels: Channels) -> Callable[[Row], str | None]:
    """Return what tells the group of channels that a contact came through."""
    return lambda row: channels[row["channel"]].group if row["channel"] in channels else None


def _counted(rows: Iterable[Row], of: Callable[[Row], Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for row in rows:
        if row["contact"]:
            counts[of(row)] = counts.get(of(row), 0) + row["count"]
    return counts


def _after(moment: datetime, days: int) -> datetime | None:
    try:
        return moment + days * DAY
    except OverflowError:  # behind the year 9999
        return None


def _ratio(one: int, other: int) -> float | None:
    return round(one / other, 3) if other else None
