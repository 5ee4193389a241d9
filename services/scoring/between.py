"""The two days between which a report tells how customers moved."""

from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Depends

from shared.errors import FieldError, Invalid
from shared.schemas import Day


class Between(NamedTuple):
    """The two days."""

    since: date
    until: date


async def _between(since: Day, until: Day) -> Between:
    """Return the days that are asked for; Invalid if the second is before the first."""
    if until < since:
        detail = "`until` cannot be before `since`."
        error: FieldError = {"parameter": "until", "code": "before_since", "detail": detail}
        raise Invalid(detail, errors=[error])
    return Between(since, until)


TwoDays = Annotated[Between, Depends(_between)]
