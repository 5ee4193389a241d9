"""What callers send and get about important dates."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas import Body, Flag, Instant, Read, Text, Whole, example
from web.bodies import kept

Year = Annotated[Whole, Field(ge=1, le=9999)]
Month = Annotated[Whole, Field(ge=1, le=12)]
Day = Annotated[Whole, Field(ge=1, le=31)]


class Occasion(StrEnum):
    """What is remembered on the day."""

    BIRTHDAY = "birthday"
    WEDDING = "wedding"
    FOUNDING = "founding"
    FIRST_PURCHASE = "first_purchase"
    HONOUR = "honour"
    MEMORIAL = "memorial"
    OTHER = "other"


class Calendar(StrEnum):
    """By which calendar the day comes back; lunar is the Chinese one, with its leap months."""

    SOLAR = "solar"
    LUNAR = "lunar"


class ImportantDateCreate(Body):
    """A day to remember; 29 February comes back in leap years."""

    model_config = example(occasion="birthday", calendar="lunar", month=8, day=15, year=1980)

    occasion: Occasion
    label: Text | None = None
    calendar: Calendar = Calendar.SOLAR
    year: Year | None = None
    month: Month
    day: Day
    leap_month: Flag = False


class ImportantDateUpdate(Body):
    """A merge patch: what is absent stays, null empties."""

    model_config = example(day=16)

    occasion: Occasion = kept()
    label: Text | None = None
    calendar: Calendar = kept()
    year: Year | None = None
    month: Month = kept()
    day: Day = kept()
    leap_month: Flag = kept()


class ImportantDateRead(Read):
    """A day that matters to a customer."""

    id: UUID
    customer_id: UUID
    occasion: Occasion
    label: str | None
    calendar: Calendar
    year: int | None
    month: int | None
    day: int | None
    leap_month: bool | None
    version: int
    created_at: Instant
    updated_at: Instant
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class ImportantDatePage(Read):
    """The important dates of a customer, in the order in which they were entered."""

    items: list[ImportantDateRead]
    next: str | None
