"""Filter trees: `and`, `or` and `not` over predicates on allow-listed fields, as conditions of a statement.

Null and absent values meet no predicate but `ne`, which is the complement of `eq`, and `exists: false`; `not`
is the complement of what it holds. So every tree is true or false for every record.

A tree has a *shape*: its fields and operators without the values. Of one shape is one SQL text, in which the
values are parameters `f0`, `f1`, ... in the order of the tree.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import and_, bindparam, or_, true

from filters.fields import Condition, Field, Json, Take
from shared.auth import Principal
from shared.errors import FieldError, Invalid, MaskedField
from shared.masking import shows
from shared.places import pointer, unknown

MOST, DEEPEST, LONGEST_NAME, LONGEST_PLACE = 100, 5, 200, 500
Fields = Mapping[str, Field]
Shape = tuple[Hashable, ...]
Place = tuple[str | int, ...]
_JOINTS = ("and", "or", "not")
_MEMBERS = ("field", "op", "value")


@dataclass(frozen=True, slots=True)
class Filter:
    """A tree that was read: its shape, and the parameters of its condition. Without a tree, all records."""

    shape: Shape = ()
    given: Mapping[str, Any] = field(default_factory=dict)


def read(tree: object, fields: Fields, principal: Principal, place: Place = ("filter",)) -> Filter:
    """Read a tree that stands at a place of a body.

    Invalid names every wrong place, MaskedField those with personal data that the principal may not read.
    """
    reader = _Reader(fields)
    shape = reader.node(tree, place, 1)
    if reader.predicates > MOST:
        reader.wrong(place, "too_many", f"A filter has at most {MOST} predicates.")
    if reader.personal and not principal.personal:
        raise MaskedField(pointers=map(pointer, reader.personal))
    if reader.errors:
        raise Invalid(errors=reader.errors[:MOST])
    return Filter(shape, {f"f{index}": value for index, value in enumerate(reader.values)})


def condition(shape: Shape, fields: Fields) -> Condition:
    """Return the condition of all trees of one shape; that of the empty shape is true."""
    numbers = count()

    def take(type_: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's type, and its parameter
        return bindparam(f"f{next(numbers)}", type_=type_)

    return _condition(shape, fields, take) if shape else true()


def _condition(shape: Any, fields: Fields, take: Take) -> Condition:  # noqa: ANN401 - a nested tuple
    match shape:
        case ("and", *inner):
            return and_(*[_condition(each, fields, take) for each in inner])
        case ("or", *inner):
            return or_(*[_condition(each, fields, take) for each in inner])
        case ("not", inner):
            return _condition(inner, fields, take).self_group().is_not(true())
        case (op, name, form):
            return fields[name].condition(op, form, take)
    raise TypeError("a shape is made by read")


class _Reader:
    """Walks a tree once and notes everything: parameters, what is wrong, where personal data is."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.values: list[Any] = []
        self.errors: list[FieldError] = []
        self.personal: list[Place] = []
        self.predicates = 0

    def wrong(self, place: Place, code: str, detail: str) -> Shape:
        self.errors.append({"pointer": pointer(place)[:LONGEST_PLACE], "code": code, "detail": detail})
        return ()

    def node(self, node: object, place: Place, depth: int) -> Shape:
        if not isinstance(node, dict):
            return self.wrong(place, "not_an_object", "A filter is an object.")
        joint = next((each for each in _JOINTS if each in node), None)
        if joint is None:
            return self.predicate(node, place)
        if len(node) > 1:
            return self.wrong(place, "not_alone", f"`{joint}` stands alone in its object.")
        if depth > DEEPEST:
            return self.wrong(place, "too_deep", f"At most {DEEPEST} of and, or, not inside one another.")
        place = (*place, joint)
        if joint == "not":
            return ("not", self.node(node["not"], place, depth + 1))
        return (joint, *self.nodes(node[joint], place, depth + 1))

    def nodes(self, nodes: object, place: Place, depth: int) -> list[Shape]:
        if not (isinstance(nodes, list) and 0 < len(nodes) <= MOST):
            return [self.wrong(place, "not_a_list", f"Must be a list of 1 to {MOST} filters.")]
        return [self.node(each, (*place, index), depth) for index, each in enumerate(nodes)]

    def predicate(self, node: dict[str, Any], place: Place) -> Shape:
        self.predicates += 1
        if strange := [name for name in node if name not in _MEMBERS]:
            detail = unknown("member of a filter", strange[0], (*_MEMBERS, *_JOINTS))
            return self.wrong((*place, strange[0]), "unknown_member", detail)
        for name in _MEMBERS[:2]:
            if not isinstance(node.get(name), str):
                return self.wrong((*place, name), "missing", f"A predicate needs a text as its `{name}`.")
        name, path, found = self.find(node["field"])
        if found is None:
            detail = unknown("field here", node["field"], self.fields)
            return self.wrong((*place, "field"), "unknown_field", detail)
        if shows(found.expression):
            self.personal.append((*place, "field"))
        return self.compared(node, (name, path, found), place)

    def compared(self, node: dict[str, Any], asked: tuple[str, str, Field], place: Place) -> Shape:
        op, (name, path, found) = node["op"], asked
        if op not in found.operators:
            detail = f"{unknown('operator on this field', op, found.operators)}: {', '.join(found.operators)}"
            return self.wrong((*place, "op"), "unknown_operator", detail)
        value = node.get("value", True if op == "exists" else None)
        if value is None:
            return self.wrong((*place, "value"), "missing", "Give a value; null is asked for by `exists`.")
        try:
            form, values = found.read(op, value, path)
        except ValueError as problem:
            return self.wrong((*place, "value"), "value", str(problem))
        self.values += values
        return (op, name, form)

    def find(self, name: str) -> tuple[str, str, Field | None]:
        """Return the field's own name, the path in it, and the field."""
        own, _, path = name.partition(".")
        if isinstance(found := self.fields.get(own), Json):
            return own, path, found if path and len(path) <= LONGEST_NAME else None
        return name, "", self.fields.get(name)


def described(fields: Fields) -> str:
    """Return the fields with their kinds and operators, as a table in Markdown."""
    rows = (
        f"| `{_shown(*each)}` | {each[1].name} | {' '.join(each[1].operators)} |" for each in fields.items()
    )
    return "\n".join(("| field | value | operators |", "| --- | --- | --- |", *rows))


def _shown(name: str, found: Field) -> str:
    return f"{name}.<path>" if isinstance(found, Json) else name
