"""Rules: what the attributes of a customer must be, by the custom fields that are defined. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.customer.attributes.types import Declared, FieldType, Forms, read
from shared.diff import same
from shared.errors import FieldError, Invalid
from shared.places import pointer, unknown

MOST = 100  # errors told at once
Attributes = Mapping[str, Any]


class WrongAttribute(Invalid):
    """An attribute is not what its custom field says."""

    code, title = "wrong_attribute", "An attribute is not what its field says"


@dataclass(frozen=True, slots=True)
class Known:
    """The definitions of a moment, retired ones too, and whether attributes of other names are refused."""

    fields: Mapping[str, Declared] = field(default_factory=dict)
    strict: bool = False

    @property
    def is_lenient(self) -> bool:
        """Whether every attribute passes as it is."""
        return not (self.fields or self.strict)


def _no_form(_: str, __: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Rules:
    """The definitions, and how phones and e-mail addresses are normalized where they are applied."""

    known: Known = field(default_factory=Known)
    forms: Forms = _no_form

    def references(self, attributes: Attributes | None) -> set[str]:
        """Return the ids that attributes give as those of other customers, if they look like ids."""
        named = (each for each in self.known.fields.values() if each.type is FieldType.CUSTOMER)
        found = ((attributes or {}).get(each.code) for each in named)
        return {value.lower() for value in found if isinstance(value, str)}

    def settled(
        self, kind: str, before: Attributes, after: Attributes, *, whole: bool, there: Collection[str] = ()
    ) -> Attributes:
        """Return the attributes that a customer of a kind gets, in their normal form.

        What does not differ from `before` passes: a retired option, or one that came before its field.
        `whole` is for new customers: defaults are put in, and what is required must be there; otherwise only
        what was there must not be taken away. `there` are the ids of customers that may be referred to.
        Raises WrongAttribute, which names every wrong one.
        """
        if self.known.is_lenient:
            return after
        fields = self.known.fields
        settled = {**self._defaults(kind), **after} if whole else dict(after)
        errors = list[FieldError]()
        for code, value in settled.items():
            if code in before and same(before[code], value):
                continue
            try:
                settled[code] = self._read(fields.get(code), kind, code, value)
                self._check_there(fields.get(code), settled[code], there)
            except ValueError as problem:
                errors.append(_error(code, "wrong_attribute", str(problem)))
        for code in sorted(self._required(kind) - settled.keys()):
            if whole or code in before:
                errors.append(_error(code, "missing", "This field is required."))
        if errors:
            raise WrongAttribute(errors=errors[:MOST])
        return settled

    def _read(self, declared: Declared | None, kind: str, code: str, value: object) -> object:
        if declared is None:
            if self.known.strict:
                raise ValueError(unknown("custom field", code, self._open(kind)))
            return value
        if declared.retired:
            raise ValueError("This field is retired: what is stored stays, and nothing new is taken.")
        if not declared.is_for(kind):
            raise ValueError(f"A customer of kind {kind} does not have this field.")
        return read(declared, value, self.forms)

    def _check_there(self, declared: Declared | None, value: object, there: Collection[str]) -> None:
        if declared is not None and declared.type is FieldType.CUSTOMER and value not in there:
            raise ValueError("There is no such customer.")

    def _open(self, kind: str) -> list[str]:
        return [code for code, each in self.known.fields.items() if not each.retired and each.is_for(kind)]

    def _defaults(self, kind: str) -> dict[str, Any]:
        fields = self.known.fields
        return {code: fields[code].default for code in self._open(kind) if fields[code].default is not None}

    def _required(self, kind: str) -> set[str]:
        return {code for code in self._open(kind) if self.known.fields[code].required}


ANYTHING = Rules()


def _error(code: str, says: str, detail: str) -> FieldError:
    return {"pointer": pointer(("attributes", code)), "code": says, "detail": detail}
