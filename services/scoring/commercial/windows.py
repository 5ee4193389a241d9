"""The window of days that commercial value is asked for."""

from datetime import date, timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, Query

from shared.errors import FieldError, Invalid
from shared.schemas import Day

LONGEST = timedelta(days=1_100)  # three years, and a little


class Window(NamedTuple):
    """The first and the last day, both of it."""

    since: date
    until: date

    @property
    def whole_months(self) -> bool:
        """Whether it begins with a month and ends with one."""
        return self.since.day == 1 and (self.until + timedelta(1)).day == 1


async def _window(
    since: Annotated[Day, Query(description="The first day.")],
    until: Annotated[Day, Query(description="The last day; at most three years later.")],
) -> Window:
    """Return the window that is asked for; Invalid if it ends before it begins, or is too long."""
    if not timedelta() <= until - since <= LONGEST:
        detail = "A window ends on its first day or later, and has at most three years."
        error: FieldError = {"parameter": "until", "code": "bad_window", "detail": detail}
        raise Invalid(detail, errors=[error])
    return Window(since, until)


Days = Annotated[Window, Depends(_window)]
