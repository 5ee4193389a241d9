"""Custom fields as a JSON Schema (draft 2020-12) of the attributes of customers. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.customer.attributes.types import LONGEST, LONGEST_URL, MOST, FieldType

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_AMOUNT = r"^-?\d{1,15}(\.\d{1,6})?$"
_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_ORDER = ("en", "zh-Hans", "zh-Hant")
Schema = dict[str, Any]
Row = Mapping[str, Any]


def schema_of(fields: Iterable[Row], *, strict: bool, language: str) -> Schema:
    """Return the schema of the attributes that fields, in their order, allow for."""
    rows = list(fields)
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {row["code"]: _property(place, row, language) for place, row in enumerate(rows)},
        "required": [row["code"] for row in rows if row["required"] and row["default"] is None],
        "additionalProperties": not strict,
    }


def _property(place: int, row: Row, language: str) -> Schema:
    told = {
        "title": text(row["label"], language) or row["code"],
        "description": text(row["help"], language),
        "default": row["default"],
        "x-group": row["group"],
    }
    described = {name: value for name, value in told.items() if value is not None}
    return {**described, "x-type": row["type"], "x-order": place, **_values(row, language)}


def text(label: Mapping[str, str | None] | None, language: str) -> str | None:
    """Return a label in a language, or in the first one that it has."""
    found = ((label or {}).get(each) for each in (language, *_ORDER))
    return next(filter(None, found), None)


def _values(row: Row, language: str) -> Schema:
    if row["type"] == FieldType.CHOICE:
        return _option(row, language)
    if row["type"] == FieldType.CHOICES:
        return {"type": "array", "maxItems": MOST, "items": _option(row, language)}
    return {**_PLAIN[row["type"]], **_bounds(row)}


def _option(row: Row, language: str) -> Schema:
    return {
        "oneOf": [
            {"const": each["code"], "title": text(each["label"], language) or each["code"]}
            for each in row["options"]
            if not each["retired"]
        ]
    }


def _bounds(row: Row) -> Schema:
    """Return the bounds of a field; those of what is no number in JSON have no word of the standard."""
    ordered = ("minimum", "maximum") if row["type"] == FieldType.INTEGER else ("x-min", "x-max")
    words = dict(
        zip(("min", "max", "pattern", "max_length"), (*ordered, "pattern", "maxLength"), strict=True)
    )
    return {word: row[name] for name, word in words.items() if row[name] is not None}


_DECIMAL: Schema = {"anyOf": [{"type": "string", "pattern": _AMOUNT}, {"type": "number"}]}
_PLAIN: Mapping[str, Schema] = {
    FieldType.TEXT: {"type": "string", "minLength": 1, "maxLength": LONGEST},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.DECIMAL: _DECIMAL,
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"},
    FieldType.INSTANT: {"type": "string", "format": "date-time"},
    FieldType.MONEY: {
        "type": "object",
        "properties": {"amount": _DECIMAL, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    },
    FieldType.URL: {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": LONGEST_URL},
    FieldType.EMAIL: {"type": "string", "maxLength": 320},
    FieldType.PHONE: {"type": "string", "maxLength": 200},
    FieldType.CUSTOMER: {"type": "string", "format": "uuid", "pattern": _UUID},
    FieldType.JSON: {},
}
