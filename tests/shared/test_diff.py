"""Differences: exactly what changed, in JSON's sense of the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diff import changes, overlaps, same

json = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=1), inner, max_size=2),
    max_leaves=5,
)
attributes = st.dictionaries(st.sampled_from(["a", "b", "a.b"]), json.filter(lambda value: value is not None))


@given(json)
def test_a_value_is_the_same_as_itself(value: object) -> None:
    assert same(value, value)


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (1.0, True), ([1], [True]), ({"a": 1}, {"a": True})]
)
def test_numbers_and_truth_values_differ(one: object, other: object) -> None:
    assert not same(one, other)


@given(attributes, attributes)
def test_a_diff_of_attributes_leads_from_one_to_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    diff = changes({"name": "x", "attributes": old}, {"name": "x", "attributes": new})
    led = dict(old)
    for field, change in diff.items():
        attribute = field.removeprefix("attributes.")
        assert same(led.get(attribute), change["from"])
        led.pop(attribute, None)
        if change["to"] is not None:
            led[attribute] = change["to"]
    assert same(led, new)


def test_unchanged_fields_are_not_in_the_diff() -> None:
    before = {"name": "x", "tags": ["a"], "attributes": {}}
    assert changes(before, {**before, "tags": ["b"]}) == {"tags": {"from": ["a"], "to": ["b"]}}


@pytest.mark.parametrize(
    ("patch", "changed", "overlap"),
    [
        ({"name": "x"}, ["name"], True),
        ({"name": "x"}, ["owner", "attributes.name"], False),
        ({"attributes": {"a": 1}}, ["attributes.b"], False),
        ({"attributes": {"a.b": 1}}, ["attributes.a.b"], True),
        ({"attributes": None}, ["attributes.b"], True),
        ({}, ["name"], False),
    ],
)
def test_a_patch_overlaps_with_the_fields_that_it_names(
    patch: dict[str, Any], changed: list[str], *, overlap: bool
) -> None:
    assert overlaps(patch, changed) is overlap
