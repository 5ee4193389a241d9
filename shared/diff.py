"""Differences between two states of a document, field by field."""

from collections.abc import Iterable, Mapping
from typing import Any

Diff = dict[str, dict[str, Any]]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
    """Return `{field: {"from": old, "to": new}}` over the fields of `after`.

    An attribute is a field of its own: "attributes.colour".
    """
    diff = {
        field: {"from": before[field], "to": value}
        for field, value in after.items()
        if field != "attributes" and before[field] != value
    }
    old, new = (state.get("attributes") or {} for state in (before, after))
    for name in old.keys() | new.keys() if old is not new else ():
        if not same(old.get(name), new.get(name)):
            diff[f"attributes.{name}"] = {"from": old.get(name), "to": new.get(name)}
    return diff


def undone(document: Mapping[str, Any], diff: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as it was before a change; fields that it does not have are left alone."""
    before = dict(document)
    for field, change in diff.items():
        name, _, attribute = field.partition(".")
        if not attribute and name in before:
            before[name] = change["from"]
        elif attribute and before.get(name) is not None:  # null: masked
            kept = {key: value for key, value in before[name].items() if key != attribute}
            before[name] = kept if change["from"] is None else {**kept, attribute: change["from"]}
    return before


def overlaps(patch: Mapping[str, Any], changed: Iterable[str]) -> bool:
    """Whether a patch is about any of these fields, named as in `changes`, if only to the same value."""
    attributes = patch.get("attributes", {})
    for field in changed:
        name, _, attribute = field.partition(".")
        if name in patch and (name != "attributes" or attributes is None or attribute in attributes):
            return True
    return False


def same(one: object, other: object) -> bool:
    """Whether two JSON values are equal; unlike in Python, 1 is not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float) and type(one) is not type(other):
        return float(one) == float(other)  # beyond 2**53 a float is stored by the digits it is written with
    return one == other
