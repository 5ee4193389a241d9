"""Names: the identities of customers as keys that can be compared, sorted and asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

Name = tuple[str, str, str]  # system, kind, id


def name_of(identity: Mapping[str, Any]) -> Name:
    """Return the key of one identity."""
    return identity["system"], identity.get("kind", ""), identity["id"]


def names_of(document: Mapping[str, Any]) -> set[Name]:
    """Return the keys of a document's identities."""
    return set(map(name_of, document.get("identities") or ()))


def identities(names: Iterable[Name]) -> list[dict[str, str]]:
    """Return identities as documents keep them: in order, each once."""
    return [{"system": system, "kind": kind, "id": id_} for system, kind, id_ in sorted(set(names))]


def as_row(name: Name, **more: object) -> dict[str, object]:
    """Return a name as a row of the table of identities."""
    system, kind, id_ = name
    return {"system": system, "kind": kind, "external_id": id_, **more}
