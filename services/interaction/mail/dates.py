"""When a mail was sent: its Date field, else the stamps of the servers that it passed (RFC 5322, 3.3)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

EARLIEST = datetime(1982, 8, 13, tzinfo=UTC)  # RFC 822
SKEW = timedelta(days=1)  # what a sender's clock may be ahead of the server that took the mail
_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?\s*")
_MONTHS = {f"{number}月": name for number, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
)}  # fmt: skip
_DIGITS = {"十一月": "11月", "十二月": "12月", "十月": "10月"} | {
    f"{han}月": f"{number}月" for number, han in enumerate("一二三四五六七八九", 1)
}


def read(written: str) -> datetime | None:
    """Return a time in UTC, None if it is none or lies before there was such mail.

    A time without a zone is taken as UTC; ISO times and Chinese names of months are read too.
    """
    try:
        moment = _iso(written) or _rfc(written)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return None if moment is None or moment < EARLIEST or moment.year > 9000 else moment


def sent(date: str, stamps: Iterable[str], *, envelope: str = "") -> tuple[datetime | None, list[str]]:
    """Return when a mail was sent and what was wrong with that.

    `stamps` are the Received fields, newest first, `envelope` the line of a mailbox. A Date that is absent,
    unreadable or later than the newest stamp by more than a day is not believed: then the oldest readable
    stamp counts, then the envelope.
    """
    passed = [moment for each in stamps if (moment := read(each.rpartition(";")[2]))]
    told = read(date) if date else None
    limit = max(passed) + SKEW if passed else None
    if told is not None and (limit is None or told <= limit):
        return told, []
    wrong = "has no Date" if not date else "Date lies after its arrival" if told else "Date cannot be read"
    if passed:
        return min(passed), [f"{wrong}: the first server's stamp counts"]
    if (enveloped := read(envelope)) is not None:
        return enveloped, [f"{wrong}: the mailbox's line counts"]
    return told, [f"{wrong}: when it was taken in counts"] if told is None else []


def _iso(written: str) -> datetime | None:
    found = _ISO.fullmatch(written)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    zone = (found[7] or "Z").replace(":", "").replace("Z", "+0000")
    return datetime.strptime(
        f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} {zone}", "%Y-%m-%d %H:%M:%S %z"
    ).astimezone(UTC)


def _rfc(written: str) -> datetime | None:
    for han, western in (*_DIGITS.items(), *reversed(_MONTHS.items())):
        written = written.replace(han, western)
    parts = parsedate_tz(re.sub(r"(星期|周)[一二三四五六日天],?", "", written))
    if parts is None:
        return None
    zone = timezone(timedelta(seconds=parts[9] or 0))
    second = min(parts[5], 59)  # a leap second
    return datetime(*parts[:5], second, tzinfo=zone).astimezone(UTC)
