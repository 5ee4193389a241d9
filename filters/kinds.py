"""Kinds of single values: the operators of each, its SQL type, and how a JSON value of it is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text, Uuid
from sqlalchemy.types import TypeEngine

from shared.schemas import Instant

LONGEST = 1_000
ORDERED = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "exists")
NAMED = ("eq", "ne", "in", "exists")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of single values: its name, its operators, its SQL type, and how a JSON value is read.

    `read` raises ValueError, which says what the value must be.
    """

    name: str
    operators: tuple[str, ...]
    type: TypeEngine[Any]
    read: Callable[[object], object]


def _must(pattern: str, made: Callable[[str], object], says: str) -> Callable[[object], object]:
    matches = re.compile(pattern).fullmatch

    def read(value: object) -> object:
        if not (isinstance(value, str) and matches(value)):
            raise ValueError(f"Must be {says}.")
        try:
            return made(value)
        except ValueError:
            raise ValueError(f"Must be {says}.") from None

    return read


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"Must be a text of at most {LONGEST:,} characters.")
    return value


def _number(value: object) -> Decimal:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value):
        return Decimal(repr(value))
    raise ValueError("Must be a number.")


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", value):
        return Decimal(value)
    try:
        return _number(value)
    except ValueError:
        raise ValueError('Must be a number, or a decimal in a string such as "12.30".') from None


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("Must be an integer.")


def boolean(value: object) -> bool:
    """Return a JSON boolean."""
    if isinstance(value, bool):
        return value
    raise ValueError("Must be true or false.")


_INSTANT: TypeAdapter[Any] = TypeAdapter(Instant)


def _instant(value: object) -> object:
    try:
        return _INSTANT.validate_python(value)
    except ValidationError:
        raise ValueError("Must be an RFC 3339 time with its offset, such as 2026-03-01T09:30:00Z.") from None


TEXT = Kind("text", (*ORDERED, "contains", "starts_with"), Text(), _text)
NUMBER = Kind("number", ORDERED, Numeric(), _number)
DECIMAL = Kind("decimal", ORDERED, Numeric(), _decimal)
INTEGER = Kind("integer", ORDERED, BigInteger(), _integer)
DATE = Kind(
    "date", ORDERED, Date(), _must(r"\d{4}-\d\d-\d\d", date.fromisoformat, "a date such as 2026-03-01")
)
INSTANT = Kind("instant", ORDERED, DateTime(timezone=True), _instant)
BOOLEAN = Kind("boolean", NAMED, Boolean(), boolean)
UUIDS = Kind("uuid", NAMED, Uuid(), _must(r"[0-9a-fA-F-]{36}", UUID, "a UUID"))


def one_of(*values: str) -> Kind:
    """Return the kind of a field that has one of a few values."""
    says = f"one of {', '.join(values)}"
    return Kind(says, NAMED, Text(), _must("|".join(map(re.escape, values)), str, says))
