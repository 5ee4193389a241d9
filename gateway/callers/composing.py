"""Putting callers together from the answers of services. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Caller = dict[str, Any]


def composed(matches: Sequence[Caller], parts: Mapping[str, Mapping[str, Any]]) -> list[Caller]:
    """Return the callers with their parts, by name and customer id: null where there is nothing.

    They are ranked as they came, by kind of match; those of one kind by their last contact, the newest first.
    """
    callers = [
        _whole(each, {name: of.get(each["customer_id"]) for name, of in parts.items()}) for each in matches
    ]
    turn = {match: at for at, match in enumerate(dict.fromkeys(each["match"] for each in matches))}
    newest_first = sorted(callers, key=lambda each: each["last_contact_at"] or "", reverse=True)
    return sorted(newest_first, key=lambda each: turn[each["match"]])


def by_customer(items: Iterable[Caller]) -> dict[str, Caller]:
    """Return items by their customer's id."""
    return {each["customer_id"]: each for each in items}


def _whole(match: Caller, parts: Mapping[str, Any]) -> Caller:
    contacts = (parts.get("last_contacts") or {}).get("contacts")
    return {**match, "last_contact_at": contacts[0]["occurred_at"] if contacts else None, **parts}
