"""Which relations there can be. Pure."""

from collections.abc import Mapping
from typing import Any

from services.customer.relations.catalogue import DETAILS, type_of
from services.customer.relations.problems import BadRelation

POINTERS = ("/from_customer", "/to_customer")


def check(relation: Mapping[str, Any]) -> None:
    """Raise BadRelation unless the type has these details, and the days come in order."""
    kind = type_of(relation["type"])
    for name in sorted(DETAILS - kind.details):
        if relation[name] is not None:
            raise BadRelation(f"/{name}", "A relation of this type has no such detail.")
    first, last = relation["valid_from"], relation["valid_to"]
    if first is not None and last is not None and last < first:
        raise BadRelation("/valid_to", "The last day comes before the first.")


def check_ends(type_: str, kinds: tuple[str, str]) -> None:
    """Raise BadRelation unless the type ties customers of these kinds."""
    for pointer, wanted, found in zip(POINTERS, type_of(type_).ends, kinds, strict=True):
        if wanted is not None and wanted != found:
            raise BadRelation(pointer, f"A relation of this type has a customer of kind {wanted} here.")
