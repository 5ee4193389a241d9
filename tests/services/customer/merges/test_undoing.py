"""Taking a merge out of a document: laws that hold whatever the documents are."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.customer.customers.documents import BLANK
from services.customer.merges.undoing import Images, without

FEW = settings(max_examples=300, deadline=None)
words = st.none() | st.sampled_from(["a", "b", "c"])
member_ids = st.lists(st.sampled_from("pqrs"), unique=True, max_size=4)
documents = st.fixed_dictionaries(
    {
        "region": words,
        "owner": words,
        "tags": st.lists(st.sampled_from("xyz"), unique=True),
        "attributes": st.dictionaries(st.sampled_from("kl"), st.integers(0, 2)),
        "contact_points": st.builds(
            lambda ids, texts: [{"id": i, "value": t} for i, t in zip(ids, texts, strict=False)],
            member_ids,
            st.lists(st.sampled_from(["1", "2"]), min_size=4, max_size=4),
        ),
    }
).map(lambda some: {**BLANK, "name": "n", **some})


@given(documents, documents)
@FEW
def test_without_changes_since_it_is_what_it_was(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = without(Images(before, after), after)
    assert (found.document, found.changed, found.conflicts) == (before, [], [])


@given(documents, documents)
@FEW
def test_a_merge_that_did_nothing_takes_nothing(same: dict[str, Any], now: dict[str, Any]) -> None:
    found = without(Images(same, same), now)
    assert (found.document, found.conflicts) == (now, [])


@given(documents, documents, documents)
@FEW
def test_what_was_changed_since_stays_or_is_told(
    before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
) -> None:
    found = without(Images(before, after), now)
    told = {each["field"] for each in found.conflicts}
    for field in ("region", "owner"):
        if now[field] != after[field]:
            assert found.document[field] == now[field]
            assert field in found.changed
            both = len({before[field], after[field], now[field]}) == 3
            assert (field in told) == (both or (before[field] not in (after[field], now[field])))
    came = {each["id"] for each in after["contact_points"]} - {
        each["id"] for each in before["contact_points"]
    }
    for member in now["contact_points"]:
        untouched = member["id"] in came and member in after["contact_points"]
        assert (member["id"] in {m["id"] for m in found.document["contact_points"]}) != untouched or (
            member["id"] not in came
        )


@given(documents, documents, documents)
@FEW
def test_of_two_merges_either_may_go_first(
    first: dict[str, Any], second: dict[str, Any], third: dict[str, Any]
) -> None:
    """The images of a later merge are rewritten when an earlier one is taken out."""
    one, two = Images(first, second), Images(second, third)
    rest = without(one, third).document
    later = Images(*(without(one, image).document for image in (two.before, two.after)))
    assert without(later, rest).document == first
    assert without(one, without(two, third).document).document == first
