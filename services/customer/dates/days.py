"""Which days there are, by either calendar. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from typing import Any

from shared.errors import FieldError, Invalid

LUNAR_DAYS = 30  # of the longest lunar month; which months have 29 differs from year to year
ANY_LEAP_YEAR = 2000


class NoSuchDay(Invalid):
    """The calendar has no such day."""

    code, title = "no_such_day", "The calendar has no such day"


def check_day(date: Mapping[str, Any]) -> None:
    """Raise NoSuchDay unless month, day, leap month and, if it is known, year make a day of the calendar."""
    lunar = date["calendar"] == "lunar"
    if date["leap_month"] and not lunar:
        raise NoSuchDay(errors=[_error("/leap_month", "Only the lunar calendar has leap months.")])
    last = LUNAR_DAYS if lunar else monthrange(date["year"] or ANY_LEAP_YEAR, date["month"])[1]
    if date["day"] > last:
        raise NoSuchDay(errors=[_error("/day", f"This month has {last} days at most.")])


def _error(pointer: str, detail: str) -> FieldError:
    return {"pointer": pointer, "code": NoSuchDay.code, "detail": detail}
