"""Fields that callers may filter by: how the values of a predicate are read, and what its SQL is."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, case, cast, func, literal_column, or_, true
from sqlalchemy.dialects.postgresql import JSONB

from filters.kinds import BOOLEAN, NUMBER, ORDERED, TEXT, Kind, boolean

Condition = ColumnElement[bool]
Take = Callable[[Any], ColumnElement[Any]]  # gives the next parameter, of a type
Read = tuple[Hashable, list[Any]]  # what of a value decides upon the SQL, and the parameters
MOST_VALUES = 1_000
LISTED = ("contains", "in", "exists")
OPERATORS = (*ORDERED, "contains", "starts_with")
_SQL: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": lambda x, value: (x == value).is_not(true()),  # what is null is not equal, so it is unequal
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "contains": lambda x, value: func.strpos(x, value) > literal_column("0"),
    "starts_with": func.starts_with,
}


class Field(ABC):
    """One field of an allow-list; `name` says what its values are."""

    name: str
    operators: tuple[str, ...]
    expression: ColumnElement[Any]

    @abstractmethod
    def read(self, op: str, value: object, path: str) -> Read:
        """Return what of a value decides upon the SQL, and its parameters; ValueError for a wrong one."""

    @abstractmethod
    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - what `read` returned
        """Return the predicate; it takes the parameters in their order.

        For a field that is null it is null or false, but for `ne` and for what shall not exist.
        """


class Single(Field):
    """A field with one value, or null."""

    def __init__(self, expression: Any, kind: Kind) -> None:  # noqa: ANN401 - an attribute of a model too
        self.expression, self.kind = expression.expression, kind
        self.name, self.operators = kind.name, kind.operators

    def read(self, op: str, value: object, _: str) -> Read:
        """Return a value's parameters."""
        return _parameters(op, value, self.kind)

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - whether to exist
        """Return the predicate."""
        return _compared(op, self.expression, self.kind, form, take)


class Words(Field):
    """A field with a list of texts: `contains` one, has one that is `in` some, or `exists`: is not empty."""

    name, operators = "list of text", LISTED

    def __init__(self, expression: Any) -> None:  # noqa: ANN401 - an attribute of a model too
        self.expression = expression.expression

    def read(self, op: str, value: object, _: str) -> Read:
        """Return a value's parameters."""
        form, values = _parameters(op, value, TEXT)
        return form, [[each] if op == "contains" else each for each in values]

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - whether to exist
        """Return the predicate."""
        if op == "exists":
            filled = func.cardinality(self.expression) > literal_column("0")
            return filled if form else filled.is_not(true())
        return self.expression.bool_op("@>" if op == "contains" else "&&")(take(ARRAY(Text)))


class Json(Field):
    """Whatever lies at a path of a jsonb column: a text, a number or a boolean; of another type, it is null.

    `contains` is true also for a list with that very member.
    """

    name, operators = "text, number or boolean", OPERATORS
    _KINDS: Mapping[str, Kind] = {"string": TEXT, "number": NUMBER, "boolean": BOOLEAN}

    def __init__(self, expression: Any) -> None:  # noqa: ANN401 - an attribute of a model too
        self.expression = expression.expression

    def read(self, op: str, value: object, path: str) -> Read:
        """Return the JSON type of a value, and its parameters; the first one is the path."""
        steps = path.split(".")
        if op == "exists":
            return boolean(value), [steps]
        kind = _json_type(value[0] if isinstance(value, list) and value else value)
        if op not in self._KINDS[kind].operators:
            raise ValueError(f"The operator {op} does not compare a {kind}.")
        _, values = _parameters(op, value, self._KINDS[kind])
        member = [values[0]] if op == "contains" else []
        return kind, [steps, *values, *member]

    def condition(self, op: str, form: Any, take: Take) -> Condition:  # noqa: ANN401 - a type, or whether to exist
        """Return the predicate."""
        path = take(ARRAY(Text))
        found = self.expression.op("#>")(path)
        kind_of = func.jsonb_typeof(found)
        if op == "exists":
            there = kind_of != literal_column("'null'")
            return there if form else there.is_not(true())
        kind = self._KINDS[form]
        text = self.expression.op("#>>")(path)
        plain = cast(text, Text).collate("C") if form == "string" else cast(text, kind.type)
        value = case((kind_of == literal_column(f"'{form}'"), plain))
        compared = _compared(op, value, kind, form, take)
        if op != "contains":
            return compared
        listed = and_(kind_of == literal_column("'array'"), found.bool_op("@>")(take(JSONB)))
        return or_(compared, listed)


_JSON_TYPES = {bool: "boolean", str: "string", int: "number", float: "number"}


def _parameters(op: str, value: object, kind: Kind) -> Read:
    if op == "exists":
        return boolean(value), []
    if op == "in":
        if not (isinstance(value, list) and 0 < len(value) <= MOST_VALUES):
            raise ValueError(f"Must be a list of 1 to {MOST_VALUES:,} values.")
        return None, [[kind.read(each) for each in value]]
    if op == "between":
        if not (isinstance(value, list) and len(value) == 2):
            raise ValueError("Must be a list of two values: the least and the greatest.")
        return None, [kind.read(each) for each in value]
    return None, [kind.read(value)]


def _compared(op: str, x: ColumnElement[Any], kind: Kind, form: object, take: Take) -> Condition:
    if op == "exists":
        return x.is_not(None) if form else x.is_(None)
    if op == "in":
        return x == any_(take(ARRAY(kind.type)))
    if op == "between":
        return and_(x >= take(kind.type), x <= take(kind.type))
    compared: Condition = _SQL[op](x, take(kind.type))
    return compared


def _json_type(value: object) -> str:
    kind = _JSON_TYPES.get(type(value))
    if kind is None:
        raise ValueError("Must be a text, a number or a boolean.")
    return kind
