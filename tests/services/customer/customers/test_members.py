"""Members: a replaced list keeps the ids of what stays the same."""

from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.customers.members import UnknownMemberError, replace

values = st.lists(st.sampled_from("abc"), max_size=6)


def alike(member: dict[str, Any]) -> object:
    return member["value"]


def ids() -> Any:
    numbers = count(1000)
    return lambda: UUID(int=next(numbers))


@given(values, values)
def test_ids_are_unique_and_what_is_alike_keeps_its_own(before: list[str], after: list[str]) -> None:
    new = ids()
    stored = replace([], [{"value": value} for value in before], alike, new)
    kept = replace(stored, [{"value": value} for value in after], alike, new)
    assert [member["value"] for member in kept] == after
    assert len({member["id"] for member in kept}) == len(after)
    had = {member["id"]: member["value"] for member in stored}
    for member in kept:
        assert had.get(member["id"], member["value"]) == member["value"]
    for value in set(before) & set(after):
        assert any(had.get(member["id"]) == value for member in kept)


@given(values)
def test_the_same_list_again_changes_nothing(before: list[str]) -> None:
    new = ids()
    stored = replace([], [{"value": value} for value in before], alike, new)
    assert replace(stored, stored, alike, new) == stored


def test_a_member_with_its_id_may_become_something_else() -> None:
    stored = replace([], [{"value": "a"}], alike, ids())
    assert replace(stored, [{**stored[0], "value": "b"}], alike, ids())[0]["id"] == stored[0]["id"]


def test_an_id_that_is_not_stored_is_refused_at_its_place() -> None:
    stored = replace([], [{"value": "a"}], alike, ids())
    twice = [{**stored[0]}, {**stored[0]}]
    for given_members, index in (([{"id": "x", "value": "a"}], 0), (twice, 1)):
        with pytest.raises(UnknownMemberError) as unknown:
            replace(stored, given_members, alike, ids())
        assert unknown.value.index == index
