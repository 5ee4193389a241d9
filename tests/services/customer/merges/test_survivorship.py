"""The rules by which values survive, one by one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.customer.customers.documents import BLANK
from services.customer.merges.survivorship import RULES, Policy, Record, Rule, Written, applied, settle
from services.customer.merges.unions import united


def record(number: int, written: dict[str, tuple[int, str]] | None = None, **fields: Any) -> Record:
    """A record with some fields; `written` says by field on which day, and through what."""
    document = {**BLANK, "name": "x", "created_at": "2026-01-01T00:00:00+00:00", **fields}
    at = {
        name: Written(datetime(2026, 2, day, tzinfo=UTC), source)
        for name, (day, source) in (written or {}).items()
    }
    return Record(UUID(int=number), document, at)


def region(rule: Rule, *group: Record, trusted: tuple[str, ...] = ()) -> str | None:
    """Return the region that survives."""
    decisions = settle(group, Policy({**RULES, "region": rule}, trusted))
    found: str | None = applied(group[0].document, decisions)["region"]
    return found


GROUP = (
    record(1, {"region": (2, "api")}, region="East"),
    record(2, {"region": (3, "shop")}, region="Western"),
    record(3, {"region": (1, "erp")}, region="N", owner="u-1", tags=["a"]),
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule.SURVIVOR, "East"),
        (Rule.NEWEST, "Western"),
        (Rule.OLDEST, "N"),
        (Rule.LONGEST, "Western"),
        (Rule.MOST_COMPLETE, "N"),
        (Rule.TRUSTED_SOURCE, "N"),
    ],
)
def test_a_rule_chooses(rule: Rule, expected: str) -> None:
    assert region(rule, *GROUP, trusted=("erp", "shop")) == expected


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.UNION])
def test_an_empty_value_never_wins(rule: Rule) -> None:
    blank = record(9, {"region": (9, "erp")}, region=None, owner="u", department="d", tags=["t"])
    assert region(rule, blank, record(1, {"region": (1, "x")}, region="East"), trusted=("erp",)) == "East"


def test_of_equals_the_survivor_wins() -> None:
    same = [record(n, {"region": (1, "erp")}, region=r) for n, r in ((1, "aa"), (2, "bb"))]
    for rule in Rule:
        assert region(rule, *same, trusted=("erp",)) == "aa"


def test_parts_of_a_name_go_with_the_name() -> None:
    group = [
        record(1, name="张伟"),
        record(2, name="Zhang Wei", given_name="Wei"),
        record(3, name="张伟", given_name="伟", family_name="张"),
    ]
    whole = applied(group[0].document, settle(group, Policy(RULES)))
    assert (whole["name"], whole["given_name"], whole["family_name"]) == ("张伟", "伟", "张")
    policy = Policy(RULES, chosen={"name": UUID(int=2)})
    whole = applied(group[0].document, settle(group, policy))
    assert (whole["name"], whole["given_name"], whole["family_name"]) == ("Zhang Wei", "Wei", None)


def test_attributes_are_decided_one_by_one() -> None:
    group = [
        record(1, {"attributes.a": (1, "x")}, attributes={"a": 1, "b": None}),
        record(2, {"attributes.a": (2, "x")}, attributes={"a": True, "c": 3}),
    ]
    whole = applied(group[0].document, settle(group, Policy(RULES)))
    assert whole["attributes"] == {"a": 1, "b": None, "c": 3}
    rules = {**RULES, "attributes.a": Rule.NEWEST}
    assert applied(group[0].document, settle(group, Policy(rules)))["attributes"]["a"] is True


def point(number: int, kind: str, value: str, *, preferred: bool = False) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": kind,
        "value": value,
        "normalized": value.replace(" ", "") if kind != "note" else None,
        "label": None,
        "preferred": preferred,
    }


def test_contact_points_are_united_by_what_they_reach() -> None:
    one = [point(1, "phone", "+86 138", preferred=True), point(2, "note", "a b")]
    other = [
        point(3, "mobile", "+86138"),
        point(4, "fax", "+86138"),
        point(5, "phone", "+86139", preferred=True),
        point(6, "note", "ab"),
        point(7, "email", "a@b", preferred=True),
    ]
    found = united("contact_points", [one, other])
    assert [each["id"] for each in found] == ["1", "2", "4", "5", "6", "7"]
    assert [each["id"] for each in found if each["preferred"]] == ["1", "7"]


def test_addresses_and_tags_are_united() -> None:
    place = {"id": "1", "type": "postal", "lines": ["Main  St 1"], "city": "\uff38", "region": None}
    place |= {"postal_code": None, "country": "CN"}
    again = {**place, "id": "2", "lines": ["main st 1"], "city": "x"}
    assert united("addresses", [[place], [again, {**again, "id": "3", "city": "y"}]]) == [
        place,
        {**again, "id": "3", "city": "y"},
    ]
    assert united("tags", [["a", "b"], ["b", "c"]]) == ["a", "b", "c"]
