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

    Members are alike when `alike` of them is equal. An id is given to one member only.
    """
    members = [{"id": None, **member} for member in given]
    free = {member["id"]: member for member in stored}
    for index, member in enumerate(members):
        if member["id"] is not None and free.pop(member["id"], None) is None:
            raise UnknownMemberError(index)
    by_likeness = {alike(member): id_ for id_, member in reversed(free.items())}
    for member in members:
        if member["id"] is None:
            member["id"] = (by_likeness and by_likeness.pop(alike(member), None)) or str(new_id())
    return members
