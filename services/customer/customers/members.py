"""Lists whose members have ids: a list that replaces another keeps the ids of what stays the same."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

Member = dict[str, Any]


class UnknownMemberError(ValueError):
    """A member names an id that the stored list does not have; `index` is its place in the given list."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def replace(
    stored: Sequence[Member],
    given: Iterable[Member],
    alike: Callable[[Member], object],
    new_id: Callable[[], UUID],
) -> list[Member]:
    """Return the given members, each with an id: its own, that of a stored member alike, or a new one.

    Members are alike when `alike` of them is equal. A stored id is given out once.
    """
    given = list(given)
    free = {member["id"]: alike(member) for member in stored}
    for index, member in enumerate(given):
        if member.get("id") is not None and free.pop(member["id"], None) is None:
            raise UnknownMemberError(index)
    by_likeness = {likeness: id_ for id_, likeness in reversed(free.items())}
    return [{**member, "id": _id(member, by_likeness, alike, new_id)} for member in given]


def _id(
    member: Member,
    free: dict[object, str],
    alike: Callable[[Member], object],
    new_id: Callable[[], UUID],
) -> str:
    return member.get("id") or free.pop(alike(member), None) or str(new_id())
