"""Unions: the lists of several records as one, without repeats; what comes first stays. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from services.customer.customers import contacts, names

Member = dict[str, Any]
_PLACE = ("type", "city", "region", "postal_code", "country")


def united(field: str, lists: Sequence[Sequence[Any]]) -> list[Any]:
    """Return what any of the lists has, each once; members keep their ids."""
    return UNIONS[field](member for each in lists for member in each)


def _points(points: Iterable[Member]) -> list[Any]:
    """Unite contact points by their normalized form; one of each type is preferred, the first that was."""
    found, preferred = list[Member](), set[str]()
    for point in _once(points, _reached):
        first = point["preferred"] and point["type"] not in preferred
        preferred.update({point["type"]} if first else ())
        found.append({**point, "preferred": first})
    return found


def _addresses(addresses: Iterable[Member]) -> list[Any]:
    return _once(addresses, _stands)


def _identities(identities: Iterable[Member]) -> list[Any]:
    return names.identities(map(names.name_of, identities))


def _tags(tags: Iterable[str]) -> list[Any]:
    return list(dict.fromkeys(tags))


def _once(members: Iterable[Member], alike: Callable[[Member], Hashable]) -> list[Member]:
    found: dict[Hashable, Member] = {}
    for member in members:
        found.setdefault(alike(member), member)
    return list(found.values())


def _reached(point: Member) -> Hashable:
    """Phone and mobile are one line, a fax is another."""
    kind, form = point["type"], point["normalized"]
    if form is None:
        return kind, point["value"]
    return contacts.key(kind, form) if kind != "fax" else (kind, form)


def _stands(address: Member) -> Hashable:
    parts = [*address["lines"], None, *(address[name] for name in _PLACE)]
    return tuple(part and " ".join(normalize("NFKC", part).casefold().split()) for part in parts)


UNIONS: Mapping[str, Callable[[Iterable[Any]], list[Any]]] = {
    "contact_points": _points,
    "addresses": _addresses,
    "identities": _identities,
    "tags": _tags,
}
