"""A second meaning of filter trees, in plain Python: what the database's is compared to."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.filters.records import KINDS

READ = {
    "text": str,
    "decimal": lambda v: Decimal(str(v)),
    "integer": int,
    "date": date.fromisoformat,
    "instant": datetime.fromisoformat,
    "boolean": bool,
    "uuid": UUID,
}


def matches(tree: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether a record is found; every tree is true or false for every record."""
    if "and" in tree:
        return all(matches(each, record) for each in tree["and"])
    if "or" in tree:
        return any(matches(each, record) for each in tree["or"])
    return not matches(tree["not"], record) if "not" in tree else met(tree, record)


def met(tree: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether a record meets a predicate."""
    name, op, value = tree["field"], tree["op"], tree.get("value", True)
    if op == "ne":
        return not met({**tree, "op": "eq"}, record)
    if name.startswith("doc."):
        return of_json(op, at(record["doc"], name.split(".")[1:]), value)
    if name == "words":
        return of_words(op, record["words"], value)
    read = READ[KINDS[name]]
    given = value if op == "exists" else list(map(read, value)) if isinstance(value, list) else read(value)
    return of_one(op, record[name], given)


def of_one(op: str, held: Any, value: Any) -> bool:
    """Compare a single value."""
    if op == "exists":
        return (held is not None) is value
    if held is None:
        return False
    if op == "between":
        return bool(value[0] <= held <= value[1])
    compared = {
        "eq": lambda: held == value,
        "lt": lambda: held < value,
        "lte": lambda: held <= value,
        "gt": lambda: held > value,
        "gte": lambda: held >= value,
        "in": lambda: held in value,
        "contains": lambda: value in held,
        "starts_with": lambda: held.startswith(value),
    }
    return bool(compared[op]())


def of_words(op: str, held: list[str] | None, value: Any) -> bool:
    """Compare a list of texts."""
    if op == "exists":
        return bool(held) is value
    return bool(set(held or ()) & set(value if isinstance(value, list) else [value]))


def of_json(op: str, held: Any, value: Any) -> bool:
    """Compare what lies at a path, if it is of the value's type."""
    if op == "exists":
        return (held is not None) is value
    if op == "contains" and isinstance(held, list):
        return value in held
    first = value[0] if isinstance(value, list) else value
    return of_one(op, held if kind(held) == kind(first) else None, value)


def kind(value: Any) -> str:
    """Name a JSON type."""
    return "number" if type(value) in {int, float} else type(value).__name__


def at(document: Any, path: list[str]) -> Any:
    """Follow a path; a step into a list is its index."""
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.lstrip("-").isdecimal():
            index = int(step)
            document = document[index] if -len(document) <= index < len(document) else None
        else:
            return None
    return document
