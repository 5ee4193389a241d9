"""Types of custom fields: how a JSON value of each is read into the one form that is stored. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

from filters.kinds import DATE, DECIMAL, INSTANT, INTEGER, UUIDS, boolean

LONGEST, LONGEST_URL, MOST = 10_000, 2_000, 100
PATTERNS = 1_000  # kept
AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


class FieldType(StrEnum):
    """What the values of a custom field are."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    CHOICE = "choice"
    CHOICES = "choices"
    MONEY = "money"
    URL = "url"
    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER = "customer"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Declared:
    """A definition as the rules use it; `options` are codes and whether each is retired."""

    code: str
    kind: str
    type: FieldType
    required: bool = False
    options: Mapping[str, bool] | None = None
    min: Any = None
    max: Any = None
    pattern: str | None = None
    max_length: int | None = None
    filterable: bool = True
    default: Any = None
    retired: bool = False

    def is_for(self, kind: str) -> bool:
        """Whether customers of this kind have the field."""
        return self.kind in {"any", kind}


Forms = Callable[[str, str], str | None]  # of "phone" or "email", and how it is written: its normal form
Reading = Callable[[Declared, object, Forms], Any]


def read(field: Declared, value: object, forms: Forms) -> Any:  # noqa: ANN401 - any JSON
    """Return a value as it is stored; ValueError says what it must be, and never quotes it.

    Decimals are texts without trailing zeros, instants are in UTC, phones in E.164, choices in the order of
    the options, each once.
    """
    return _READING[field.type](field, value, forms)


def comparable(field: Declared, value: object) -> Any:  # noqa: ANN401 - of the field's type
    """Return what a bound, or a value that was read, is ordered by."""
    kind = _ORDERED[field.type]
    return kind.read(value["amount"] if isinstance(value, dict) else value)


def bound(field: Declared, value: object) -> object:
    """Return a `min` or `max` as it is stored; ValueError for one that the type has not."""
    if field.type not in _ORDERED:
        raise ValueError(f"A field of type {field.type} has neither least nor greatest.")
    plain = Declared(field.code, field.kind, _BOUND.get(field.type, field.type))
    return read(plain, value, lambda *_: None)


def check_pattern(pattern: str) -> None:
    """Raise ValueError unless it is a regular expression that is matched in linear time."""
    try:
        _matcher(pattern)
    except SchemaError:
        raise ValueError("Must be a regular expression without look-around and back-references.") from None


@lru_cache(PATTERNS)
def _matcher(pattern: str) -> SchemaValidator:
    # Of the Rust engine behind pydantic: no expression can make it slow.
    return SchemaValidator(core_schema.str_schema(pattern=pattern))


def _text(field: Declared, value: object, _: Forms) -> str:
    longest = field.max_length or LONGEST
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"Must be a text of 1 to {longest:,} characters.")
    if field.pattern is not None:
        try:
            _matcher(field.pattern).validate_python(value)
        except ValidationError:
            raise ValueError("Must match the pattern of this field.") from None
    return value


def _within(field: Declared, value: Any) -> Any:  # noqa: ANN401 - a stored value
    found = comparable(field, value)
    if field.min is not None and found < comparable(field, field.min):
        raise ValueError(f"Must be at least {field.min}.")
    if field.max is not None and found > comparable(field, field.max):
        raise ValueError(f"Must be at most {field.max}.")
    return value


def _integer(field: Declared, value: object, _: Forms) -> object:
    return _within(field, INTEGER.read(value))


def _plain(value: object) -> str:
    """Return a decimal as a text without trailing zeros."""
    number = DECIMAL.read(value)
    text = format(number.normalize(), "f") if isinstance(number, Decimal) and number else "0"
    if not AMOUNT.fullmatch(text):
        raise ValueError("Must have at most 15 digits before the point and 6 behind it.")
    return text


def _decimal(field: Declared, value: object, _: Forms) -> object:
    return _within(field, _plain(value))


def _money(field: Declared, value: object, _: Forms) -> object:
    if not (isinstance(value, dict) and value.keys() == {"amount", "currency"}):
        raise ValueError("Must be an object with an amount and a currency.")
    currency = value["currency"]
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise ValueError("The currency must be three capital letters, such as CNY.")
    return _within(field, {"amount": _plain(value["amount"]), "currency": currency})


def _boolean(_: Declared, value: object, __: Forms) -> bool:
    return boolean(value)


def _date(field: Declared, value: object, _: Forms) -> object:
    DATE.read(value)
    return _within(field, value)


def _instant(field: Declared, value: object, _: Forms) -> object:
    moment = INSTANT.read(value)
    if not isinstance(moment, datetime):
        raise TypeError("an instant is read as one")
    text = moment.astimezone(UTC).isoformat().removesuffix("+00:00")
    return _within(field, (text.rstrip("0") if "." in text else text) + "Z")


def _choice(field: Declared, value: object, _: Forms) -> object:
    options = field.options or {}
    if not isinstance(value, str) or options.get(value, True):
        known = [code for code, retired in options.items() if not retired]
        raise ValueError(f"Must be one of {', '.join(known)}.")
    return value


def _choices(field: Declared, value: object, forms: Forms) -> object:
    if not isinstance(value, list) or len(value) > MOST:
        raise ValueError(f"Must be a list of at most {MOST} options.")
    chosen = {_choice(field, each, forms) for each in value}
    return [code for code in field.options or {} if code in chosen]


def _url(_: Declared, value: object, __: Forms) -> str:
    wrong = ValueError(f"Must be an http or https URL of at most {LONGEST_URL:,} characters.")
    if not isinstance(value, str) or len(value) > LONGEST_URL or _SPACE.search(value):
        raise wrong
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise wrong
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _formed(kind: str, says: str) -> Reading:
    def reading(_: Declared, value: object, forms: Forms) -> str:
        form = forms(kind, value) if isinstance(value, str) else None
        if form is None:
            raise ValueError(f"Must be {says}.")
        return form

    return reading


def _customer(_: Declared, value: object, __: Forms) -> str:
    return str(UUIDS.read(value))


def _anything(_: Declared, value: object, __: Forms) -> object:
    return value


_READING: Mapping[FieldType, Reading] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.MONEY: _money,
    FieldType.URL: _url,
    FieldType.EMAIL: _formed("email", "an e-mail address"),
    FieldType.PHONE: _formed("phone", "a phone number"),
    FieldType.CUSTOMER: _customer,
    FieldType.JSON: _anything,
}
_ORDERED = {
    FieldType.INTEGER: INTEGER,
    FieldType.DECIMAL: DECIMAL,
    FieldType.MONEY: DECIMAL,
    FieldType.DATE: DATE,
    FieldType.INSTANT: INSTANT,
}
_BOUND = {FieldType.MONEY: FieldType.DECIMAL}  # of money the amount is bounded
CHOOSING: Sequence[FieldType] = (FieldType.CHOICE, FieldType.CHOICES)
ORDERED: Sequence[FieldType] = tuple(_ORDERED)
