"""Exchange rates as callers set and see them."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.schemas import Body, Currency, Read, example


def _rate(value: object) -> Decimal:
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


class ExchangeRateWrite(Body):
    """What one unit of base costs in the quote currency, from the path's day until the next rate."""

    model_config = example(rate="7.1834")

    rate: RateText


class ExchangeRateRead(Read):
    """One unit of `base` costs `rate` units of `quote`, from `day` until the next dated rate."""

    base: Currency
    quote: Currency
    day: date
    rate: Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
    version: int


class ExchangeRatePage(Read):
    """Rates by currencies and day."""

    items: list[ExchangeRateRead]
    next: str | None
