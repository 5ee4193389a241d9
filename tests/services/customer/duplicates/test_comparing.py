"""Comparing: at which level two ways to write somebody agree."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.duplicates.comparing import compare
from services.customer.duplicates.distances import alphabet, distances, least, letters
from services.customer.duplicates.fields import FIELDS, LEVELS, MISSING
from services.customer.duplicates.forms import forms
from services.customer.duplicates.records import record


def customer(name: str = "", kind: str = "person", **fields: Any) -> dict[str, Any]:
    blank = {"contact_keys": [], "addresses": [], "identities": [], "attributes": {}, "family_name": None}
    return {"kind": kind, "name": name or "Somebody Else", **blank, **fields}


def level(field: str, one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Return the name of the level, which is the same in both directions."""
    rows = forms([record(one), record(other)])
    found = {int(compare(rows[[a]], rows[[b]])[0, FIELDS.index(field)]) for a, b in ((0, 1), (1, 0))}
    assert len(found) == 1
    number = found.pop()
    return None if number == MISSING else LEVELS[field][number]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张伟", "張偉", "same"),
        ("Zhang Wei", "ZHANG  wei", "same"),
        ("张伟", "Zhang Wei", "other_script"),
        ("曾国藩", "zengguofan", "other_script"),
        ("欧阳修", "Ouyang Xiu", "other_script"),
        ("张伟", "Wei Zhang", "swapped"),
        ("张伟", "伟张", "swapped"),
        ("Smith, John", "John Smith", "swapped"),
        ("张伟", "章伟", "same_sound"),
        ("Jürgen Müller", "Juergen Mueller", "same_sound"),
        ("Bob Smith", "Robert Smith", "variant"),
        ("Smith, Liz", "Elizabeth Smith", "variant"),
        ("小张", "张伟", "variant"),
        ("阿伟", "张伟", "variant"),
        ("Jonathan Smith", "Jonathn Smith", "typo"),
        ("Jonathan Smith", "Jonahtan Smith", "typo"),
        ("J. Smith", "John Smith", "initials"),
        ("Smith J", "John Smith", "initials"),
        ("张伟", "张敏", "family_name"),
        ("John Smith", "Mary Smith", "family_name"),
        ("张伟", "李娜", "different"),
        ("John Smith", "Olga Petrova", "different"),
        ("张伟", "张维", "same_sound"),
        ("王芳", "王方方", "family_name"),
    ],
)
def test_names(one: str, other: str, expected: str) -> None:
    assert level("name", customer(one), customer(other)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Acme GmbH", "ACME G.m.b.H.", "same"),
        ("华为技术有限公司", "華為技術有限公司", "same"),
        ("上海华通物流有限公司", "华通物流", "variant"),
        ("International Business Machines", "IBM", "initials"),
        ("Acme Logistics Ltd", "Acme Foods Ltd", "family_name"),
        ("Acme Logistics Ltd", "Nova Foods Ltd", "different"),
    ],
)
def test_names_of_organizations(one: str, other: str, expected: str) -> None:
    kind = "organization"
    assert level("name", customer(one, kind), customer(other, kind)) == expected


STREET = {"lines": ["12 Baker Street"], "city": "London", "postal_code": "NW1 6XE"}


@pytest.mark.parametrize(
    ("field", "one", "other", "expected"),
    [
        ("phone", {"contact_keys": ["tel:+8613800138000"]}, {"contact_keys": ["tel:+8613800138000"]}, "same"),
        (
            "phone",
            {"contact_keys": ["tel:+8613800138000"]},
            {"contact_keys": ["tel:+8613800738000"]},
            "one_digit",
        ),
        (
            "phone",
            {"contact_keys": ["tel:+8613800138000"]},
            {"contact_keys": ["tel:+8613912345678"]},
            "different",
        ),
        ("phone", {"contact_keys": ["tel:+8613800138000"]}, {}, None),
        ("email", {"contact_keys": ["mailto:a7@b.cn"]}, {"contact_keys": ["mailto:a7@b.cn"]}, "same"),
        (
            "email",
            {"contact_keys": ["mailto:kay77@b.cn"]},
            {"contact_keys": ["mailto:kay77@c.cn"]},
            "local_part",
        ),
        (
            "email",
            {"contact_keys": ["mailto:info@b.cn"]},
            {"contact_keys": ["mailto:info@c.cn"]},
            "different",
        ),
        ("account", {"contact_keys": ["wechat:wei"]}, {"contact_keys": ["wechat:wei"]}, "same"),
        (
            "address",
            {"addresses": [STREET]},
            {"addresses": [{**STREET, "lines": ["12, baker st."]}]},
            "lines",
        ),
        ("address", {"addresses": [STREET]}, {"addresses": [{**STREET, "lines": []}]}, "postal_code"),
        ("address", {"addresses": [STREET]}, {"addresses": [{**STREET, "city": "Leeds"}]}, "postal_code"),
        (
            "address",
            {"addresses": [STREET]},
            {"addresses": [{**STREET, "city": "Leeds", "postal_code": ""}]},
            "different",
        ),
        ("number", {"attributes": {"tax_id": "91-31 X"}}, {"attributes": {"tax_id": "9131x"}}, "same"),
        (
            "number",
            {"identities": [{"system": "registry", "kind": "tax_id", "id": "7"}]},
            {"attributes": {"tax_id": 8}},
            "different",
        ),
        ("birthday", {"attributes": {"birthday": "1980-03-05"}}, {"birthday": "1980-03-05"}, "same"),
        ("birthday", {"birthday": "1980-03-05"}, {"birthday": "1980-05-03"}, "swapped"),
        ("birthday", {"birthday": "1980-03-05"}, {"birthday": "1981-03-05"}, "close"),
        ("birthday", {"birthday": "1980-03-05"}, {"birthday": "1955-03-07"}, "different"),
        ("birthday", {"birthday": "1980-03-05"}, {"attributes": {"birthday": "in March"}}, None),
        ("kind", {}, {"kind": "organization"}, "different"),
    ],
)
def test_fields(field: str, one: dict[str, Any], other: dict[str, Any], expected: str | None) -> None:
    assert level(field, customer(**one), customer(**other)) == expected


def test_a_day_is_read() -> None:
    assert record(customer(attributes={"birth_date": "1999-12-31"})).birthday == date(1999, 12, 31)


words = st.text(st.sampled_from("abcd"), max_size=7)


def slowly(one: str, other: str) -> int:
    """Return the distance by its definition."""
    table = (
        {(-1, -1): 0}
        | {(i, -1): i + 1 for i in range(len(one))}
        | {(-1, j): j + 1 for j in range(len(other))}
    )
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (left != right)]
            if i and j and left == other[j - 1] and one[i - 1] == right:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[len(one) - 1, len(other) - 1]


@given(st.lists(st.tuples(words, words), min_size=1, max_size=20), st.integers(1, 4))
def test_distances_are_those_of_the_definition(pairs: list[tuple[str, str]], most: int) -> None:
    one, other = (letters([pair[side] for pair in pairs]) for side in (0, 1))
    expected = [min(slowly(*pair), most + 1) for pair in pairs]
    assert distances(one, other, most).tolist() == expected


@given(st.lists(st.tuples(words, words), min_size=1, max_size=20))
def test_no_distance_is_less_than_alphabets_allow(pairs: list[tuple[str, str]]) -> None:
    one, other = (np.array([alphabet(pair[side]) for pair in pairs], np.uint64) for side in (0, 1))
    allowed = least(one, other).tolist()
    assert all(twice <= 2 * slowly(*pair) for twice, pair in zip(allowed, pairs, strict=True))
