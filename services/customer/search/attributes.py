"""Attributes in filters: each is compared by the type that its custom field says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, case, cast, func, literal_column

from filters.fields import LISTED, Condition, Json, Read, Single, Take, Words
from filters.kinds import DATE, DECIMAL, INSTANT, NAMED, TEXT, UUIDS, Kind
from services.customer.attributes.rules import ANYTHING, Rules
from services.customer.attributes.types import Declared, FieldType
from services.customer.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Form:
    """How values of some types compare: as a kind, where the stored text looks as it should (else null)."""

    kind: Kind
    looks: str
    ends: str = ""  # left off, so that the order of texts is that of values

    def value(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return what is compared; a value that is older than its field may be of another type: null."""
        plain = func.rtrim(text, literal_column(f"'{self.ends}'")) if self.ends else text
        typed = cast(plain, self.kind.type) if self.kind is DECIMAL else cast(plain, Text).collate("C")
        return case((text.bool_op("~")(literal_column(f"'{self.looks}'")), typed))


def _day(value: object) -> object:
    found = DATE.read(value)
    return found.isoformat() if isinstance(found, date) else found


def _moment(value: object) -> object:
    found = INSTANT.read(value)
    if not isinstance(found, datetime):
        return found
    text = found.astimezone(UTC).isoformat().removesuffix("+00:00")
    return text.rstrip("0") if "." in text else text


_WORD = replace(TEXT, operators=NAMED)
FORMS: Mapping[str, Form] = {
    "number": Form(DECIMAL, r"^-?\d{1,15}(\.\d{1,6})?$"),
    "day": Form(replace(DATE, type=Text(), read=_day), r"^\d{4}-\d\d-\d\d$"),
    "moment": Form(
        replace(INSTANT, type=Text(), read=_moment), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", "Z"
    ),
    "text": Form(TEXT, ""),
    "word": Form(_WORD, ""),
}
_OF_TYPE: Mapping[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.URL: "text",
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
    FieldType.DATE: "day",
    FieldType.INSTANT: "moment",
    FieldType.CHOICE: "word",
    FieldType.EMAIL: "word",
    FieldType.PHONE: "word",
    FieldType.CUSTOMER: "word",
}
_OF_MONEY = {"amount": "number", "currency": "word"}


def _option(field: Declared) -> Callable[[object], object]:
    options = field.options or {}

    def read(value: object) -> object:
        if not isinstance(value, str) or value not in options:
            raise ValueError(f"Must be one of {', '.join(options)}.")
        return value

    return read


class Attributes(Json):
    """The attributes of customers; of what no custom field declares, the JSON type of the value decides."""

    name = "as its custom field says, else text, number or boolean"

    def __init__(self, rules: Rules = ANYTHING) -> None:
        super().__init__(Customer.attributes)
        self.rules = rules

    def read(self, op: str, value: object, path: str) -> Read:
        """Return how a value compares, and its parameters; the first one is the path."""
        code, _, inner = path.partition(".")
        field = self.rules.known.fields.get(code)
        if field is not None and not field.filterable:
            raise ValueError("This field is not to be filtered by.")
        if field is None or op == "exists":
            return super().read(op, value, path)
        steps = path.split(".")
        if field.type is FieldType.CHOICES:
            return self._listed(op, value, steps)
        form = _OF_MONEY.get(inner) if field.type is FieldType.MONEY else _OF_TYPE.get(field.type)
        if form is None:  # of booleans, and of JSON
            return super().read(op, value, path)
        kind = self._kind(field, FORMS[form].kind)
        if op not in kind.operators:
            raise ValueError(f"A field of type {field.type} is compared by {', '.join(kind.operators)}.")
        found, values = Single(self.expression, kind).read(op, value, "")
        return (form, found), [steps, *values]

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - what `read` returned
        """Return the predicate."""
        if not isinstance(form, tuple):
            return super().condition(op, form, take)
        name, inner = form
        path = take(ARRAY(Text))
        if name == "list":
            return self.expression.op("#>")(path).bool_op("?|")(take(ARRAY(Text)))
        text = self.expression.op("#>>")(path)
        return Single(FORMS[name].value(text), FORMS[name].kind).condition(op, inner, take)

    def _listed(self, op: str, value: object, steps: list[str]) -> Read:
        if op not in LISTED:
            raise ValueError(f"A field with several options is compared by {', '.join(LISTED)}.")
        form, (codes,) = Words(self.expression).read(op, value, "")
        return ("list", form), [steps, codes]

    def _kind(self, field: Declared, kind: Kind) -> Kind:
        """Return the kind with values read as the field's own are: a phone in any written form."""
        if field.type in {FieldType.PHONE, FieldType.EMAIL}:
            return replace(kind, read=lambda value: self.rules.forms(field.type, str(value)) or "")
        if field.type is FieldType.CUSTOMER:
            return replace(kind, read=lambda value: str(UUIDS.read(value)))
        return replace(kind, read=_option(field)) if field.type is FieldType.CHOICE else kind
