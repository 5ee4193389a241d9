"""Field types and the two bases that request and response bodies are made of."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    Strict,
    WithJsonSchema,
)

MAX_DEPTH, MAX_MEMBERS = 8, 1_000
# asyncpg stores the first and the last as infinities, which no clock shows.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_AMOUNT_SCHEMA = {
    "type": "string",
    "pattern": r"^-?\d{1,15}(\.\d{1,6})?$",
    "maxLength": 23,
    "examples": ["12.30"],
}


class Body(BaseModel):
    """What a caller sends; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Read(BaseModel):
    """What a caller gets; every field is present."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


def example(**members: JsonValue) -> ConfigDict:
    """Return the configuration of a body that the document shows by an example."""
    return ConfigDict(json_schema_extra={"examples": [members]})


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _INSTANT.fullmatch(value):
        moment = datetime.fromisoformat(value.upper())
    else:
        raise ValueError("must be an RFC 3339 time with its offset, such as 2026-03-01T09:30:00Z")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = _FIRST
    if not _FIRST < moment < _LAST:
        raise ValueError("must lie between the years 1 and 9999")
    return moment


def _day(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a date such as 2026-03-01")
    if not isinstance(value, (str, date)):
        raise ValueError("must be a date in a string")  # noqa: TRY004 - pydantic takes a ValueError
    return value


def _shown(value: date) -> date:
    if not _FIRST.date() < value < _LAST.date():
        raise ValueError("must lie between the years 1 and 9999")
    return value


def _amount(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not (isinstance(value, str) and _AMOUNT.fullmatch(value)):
        raise ValueError('must be a decimal in a string, such as "12.30", with at most 15 and 6 digits')
    return Decimal(value)


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is too deep or too wide to keep, to index and to show."""
    level: list[Any] = [value]
    members = 0
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            below.extend(node.values() if isinstance(node, dict) else node)
        members += len(below)
        level = [node for node in below if isinstance(node, (dict, list))]
        if not level or members > MAX_MEMBERS:
            break
    if level or members > MAX_MEMBERS:
        raise ValueError(f"must have at most {MAX_DEPTH} levels and {MAX_MEMBERS:,} members")
    return value


# JSON's own types, taken literally: otherwise "yes", "7" and seconds since 1970 would be taken too.
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_shown)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(max_length=100_000)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", max_length=64)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", max_length=3, examples=["CNY"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", max_length=2, examples=["CN"])]
Amount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema(_AMOUNT_SCHEMA)]
AmountRead = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["12.30"])]
Instant = Annotated[
    datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
JsonObject = Annotated[dict[str, Any], AfterValidator(_bounded)]


class Money(Body):
    """An amount in a currency."""

    amount: Amount
    currency: Currency


class MoneyRead(Read):
    """An amount in a currency, as a decimal string."""

    amount: AmountRead
    currency: Currency


class SourceKey(Body):
    """The name of a record in another system."""

    system: Code
    id: Text
