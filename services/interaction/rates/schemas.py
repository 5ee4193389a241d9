"""What callers send and get about exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from services.interaction.records.schemas import RecordCreate, RecordRead
from shared.schemas import Body, Currency, Day, SourceKey, Text, example

EXAMPLE: dict[str, Any] = {
    "base": "EUR",
    "quote": "CNY",
    "day": "2026-01-31",
    "rate": "7.8",
    "quoted_by": "ECB",
}


def _rate(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not (
        isinstance(value, str)
        and len(value) <= 24
        and value.replace(".", "", 1).isdecimal()
        and value.isascii()
    ):
        raise ValueError('must be a positive decimal in a string, such as "7.1834"')
    rate = Decimal(value)
    if not 0 < rate < 10**12:
        raise ValueError("must be above 0 and below 10^12")
    return rate


RateText = Annotated[
    Decimal,
    BeforeValidator(_rate),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?=.*[1-9])\d{1,12}(\.\d{1,11})?$",
            "maxLength": 24,
            "examples": ["7.1834"],
        }
    ),
]


class ExchangeRateCreate(RecordCreate):
    """What one unit of base costs in the quote currency, from the day until the next dated rate."""

    model_config = example(**EXAMPLE)

    source: None = Field(default=None, description="A rate is known by its pair and day.")
    base: Currency
    quote: Currency
    day: Day
    rate: RateText
    quoted_by: Text | None = None


class ExchangeRateWrite(Body):
    """What one unit of base costs in the quote currency, from the path's day until the next rate."""

    model_config = example(rate="7.8", quoted_by="ECB")

    rate: RateText
    quoted_by: Text | None = None


class ExchangeRateRead(RecordRead):
    """One unit of `base` costs `rate` units of `quote`, from `day` until the next dated rate.

    `source` is made of pair and day; `quoted_by` says who published the rate.
    """

    source: SourceKey
    base: Currency
    quote: Currency
    day: date
    rate: Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
    quoted_by: str | None
