"""Undoing: what a document is without one merge, whatever happened to it since; a three-way merge. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.customer.customers import names
from shared.diff import changes, same

Document = Mapping[str, Any]
Conflict = dict[str, str | None]
MEMBERS, ATTRIBUTES, MERGED = ("contact_points", "addresses"), "attributes", "merged_ids"
OURS = frozenset(("id", "version", "created_at", "updated_at"))
KEPT = "kept_as_it_is_now"
_NONE: Any = object()


@dataclass(frozen=True, slots=True)
class Images:
    """The survivor's document before a merge and after it."""

    before: Document
    after: Document


@dataclass(frozen=True, slots=True)
class Undone:
    """The document without the merge; `changed` are fields changed since; `conflicts` what both touched."""

    document: dict[str, Any]
    changed: list[str]
    conflicts: list[Conflict]


def without(merge: Images, now: Document) -> Undone:
    """Take a merge out of a document: what it brought leaves, what was changed since stays."""
    document, conflicts = dict(now), list[Conflict]()
    for field in now.keys() - OURS:
        before, after, held = (state.get(field) for state in (merge.before, merge.after, now))
        if same(after, held):
            document[field] = before
        elif not same(before, after):
            document[field], clashes = _WAYS.get(field, _value)(before, after, held)
            conflicts += [_conflict(field, part) for part in clashes]
    mine, merged = ({name: each[name] for name in now if name not in OURS} for each in (now, merge.after))
    changed = sorted(name for name in changes(merged, mine) if name != MERGED)
    return Undone(document, changed, sorted(conflicts, key=str))


def _conflict(field: str, part: str | None) -> Conflict:
    name = f"{field}.{part}" if field == ATTRIBUTES else field
    return {"field": name, "member": None if field == ATTRIBUTES else part, "decided": KEPT}


def _value(before: Any, after: Any, now: Any) -> tuple[Any, Sequence[str | None]]:  # noqa: ANN401 - any JSON
    """Merge one value three ways; what both changed stays as it is now, and is a conflict."""
    if same(after, now):
        return before, ()
    return now, () if same(before, after) or same(before, now) else (None,)


def _members(before: Any, after: Any, now: Any) -> tuple[Any, Sequence[str | None]]:  # noqa: ANN401 - lists
    """Merge lists of members by their ids."""
    return _keyed([{member["id"]: member for member in each} for each in (before, after, now)], list)


def _attributes(before: Any, after: Any, now: Any) -> tuple[Any, Sequence[str | None]]:  # noqa: ANN401 - objects
    named = [{name: [name, value] for name, value in each.items()} for each in (before, after, now)]
    return _keyed(named, dict)


def _keyed(states: Sequence[dict[str, Any]], whole: type) -> tuple[Any, Sequence[str | None]]:
    (before, _, now), found, clashes = states, [], []
    for key in {**before, **now}:
        was, merged, held = (state.get(key, _NONE) for state in states)
        value, clash = _one(was, merged, held)
        found += [value] if value is not _NONE else []
        clashes += [key] if clash else []
    return whole(found), clashes


def _one(before: Any, after: Any, now: Any) -> tuple[Any, bool]:  # noqa: ANN401 - a member, or _NONE
    def alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - as above
        return one is other if _NONE in (one, other) else same(one, other)

    if alike(after, now):
        return before, False
    return now, not (alike(before, after) or alike(before, now))


def _set(before: Any, after: Any, now: Any) -> tuple[Any, Sequence[str | None]]:  # noqa: ANN401 - lists
    """Merge lists whose members are what they are: what came leaves, what went comes back."""
    stays = [each for each in before if each in now or each not in after]
    return [*stays, *(each for each in now if each not in before and each not in after)], ()


def _names(before: Any, after: Any, now: Any) -> tuple[Any, Sequence[str | None]]:  # noqa: ANN401 - as above
    found, _ = _set(before, after, now)
    return names.identities(map(names.name_of, found)), ()


_WAYS = {
    **dict.fromkeys(MEMBERS, _members),
    "identities": _names,
    "tags": _set,
    MERGED: _set,
    ATTRIBUTES: _attributes,
}
