"""Which definitions make sense: options of choices only, bounds in order, a default that fits. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from services.customer.attributes.types import (
    CHOOSING,
    ORDERED,
    Declared,
    FieldType,
    Forms,
    bound,
    check_pattern,
    comparable,
    read,
)
from shared.errors import FieldError, Invalid

Row = Mapping[str, Any]
NO_LABEL = {"en": None, "zh-Hans": None, "zh-Hant": None}
_TEXTUAL = ("pattern", "max_length")


class WrongField(Invalid):
    """A definition that no value could keep, or that contradicts itself."""

    code, title = "wrong_field", "The definition of the field does not make sense"


def settled(given: Row, type_: FieldType, forms: Forms) -> dict[str, Any]:
    """Return the columns of a body with its bounds and its default as values of the type are stored."""
    row, blank = dict(given), Declared("", "any", type_)
    if given.get("options"):
        row["options"] = [_option(each) for each in given["options"]]
    errors = [
        _settle(row, name, lambda value: bound(blank, value))
        for name in ("min", "max")
        if row.get(name) is not None
    ]
    if row.get("default") is not None and type_ not in CHOOSING:
        errors.append(_settle(row, "default", lambda value: read(blank, value, forms)))
    _refuse(errors)
    return row


def check_field(row: Row) -> None:
    """Raise WrongField for columns that make no definition."""
    type_ = FieldType(row["type"])
    errors = [*_check_parts(row, type_), *_check_options(row, type_)]
    if not errors and row["min"] is not None and row["max"] is not None:
        declared = declared_of(row)
        if comparable(declared, row["min"]) > comparable(declared, row["max"]):
            errors.append(_error("min", "The least is more than the greatest."))
    if not errors and row["default"] is not None:
        errors.append(_settle(dict(row), "default", lambda value: read(declared_of(row), value, _as_it_is)))
    _refuse(errors)


def declared_of(row: Row) -> Declared:
    """Return the definition that columns make."""
    plain = {name: row[name] for name in Declared.__dataclass_fields__ if name in row}
    return Declared(**{**plain, "type": FieldType(row["type"]), "options": _codes(row["options"])})


def _option(given: Row) -> dict[str, Any]:
    return {"retired": False, **given, "label": {**NO_LABEL, **given.get("label", {})}}


def _check_parts(row: Row, type_: FieldType) -> list[FieldError | None]:
    errors: list[FieldError | None] = []
    if type_ is not FieldType.TEXT:
        errors += [_error(name, "Only texts have this.") for name in _TEXTUAL if row[name] is not None]
    elif row["pattern"] is not None:
        errors.append(_settle(dict(row), "pattern", check_pattern))
    if type_ not in ORDERED:
        errors += [
            _error(name, "This type has no order.") for name in ("min", "max") if row[name] is not None
        ]
    if not any(row["label"].values()):
        errors.append(_error("label", "A field has a label in one language at least."))
    return [each for each in errors if each is not None]


def _check_options(row: Row, type_: FieldType) -> list[FieldError | None]:
    options = row["options"]
    if type_ not in CHOOSING:
        return [_error("options", "Only choices have options.")] if options else []
    if all(option["retired"] for option in options):
        return [_error("options", "A choice has one option at least that is not retired.")]
    codes = Counter(option["code"] for option in options)
    if max(codes.values()) > 1:
        return [_error("options", "Every option has a code of its own.")]
    return []


def _settle(row: dict[str, Any], name: str, reading: Callable[[Any], object]) -> FieldError | None:
    try:
        row[name] = reading(row[name])
    except ValueError as problem:
        return _error(name, str(problem))
    return None


def _refuse(errors: list[FieldError | None]) -> None:
    if found := [each for each in errors if each is not None]:
        raise WrongField(errors=found)


def _codes(options: Any) -> dict[str, bool]:  # noqa: ANN401 - rows of options
    return {option["code"]: option["retired"] for option in options}


def _as_it_is(_: str, value: str) -> str:
    return value


def _error(name: str, detail: str) -> FieldError:
    return {"pointer": f"/{name}", "code": WrongField.code, "detail": detail}
