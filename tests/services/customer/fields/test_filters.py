"""Filters by attributes: compared by the type that their custom field says."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.services.customer.fields.conftest import Define

OPTIONS = [{"code": "a"}, {"code": "b"}]
FIELDS: dict[str, dict[str, Any]] = {
    "decimal": {"type": "decimal"},
    "date": {"type": "date"},
    "instant": {"type": "instant"},
    "choice": {"type": "choice", "options": OPTIONS},
    "choices": {"type": "choices", "options": OPTIONS},
    "money": {"type": "money"},
    "phone": {"type": "phone"},
    "flag": {"type": "boolean"},
    "text": {"type": "text"},
    "hidden": {"type": "text", "filterable": False},
}
PEOPLE: dict[str, dict[str, Any]] = {
    "Ann": {
        "decimal": "9.5",
        "date": "2026-02-01",
        "instant": "2026-03-01T01:30:00Z",
        "choice": "a",
        "choices": ["a", "b"],
        "money": {"amount": "9", "currency": "CNY"},
        "phone": "138 0013 8000",
        "flag": True,
        "text": "tea",
    },
    "Ben": {
        "decimal": 10,
        "date": "2026-11-01",
        "instant": "2026-03-01T01:30:00.25Z",
        "choice": "b",
        "choices": ["b"],
        "money": {"amount": "10", "currency": "EUR"},
        "phone": "138 0013 8001",
        "flag": False,
        "text": "coffee",
    },
}
ASKED: list[tuple[str, str, Any, str]] = [
    ("decimal", "lt", "10", "Ann"),
    ("decimal", "gte", 10, "Ben"),
    ("decimal", "eq", "9.50", "Ann"),
    ("decimal", "between", [9, "9.9"], "Ann"),
    ("decimal", "in", ["10.0", "11"], "Ben"),
    ("date", "lte", "2026-10-31", "Ann"),
    ("instant", "gt", "2026-03-01T09:30:00+08:00", "Ben"),
    ("instant", "eq", "2026-03-01T09:30:00.250+08:00", "Ben"),
    ("choice", "in", ["a"], "Ann"),
    ("choice", "eq", "b", "Ben"),
    ("choices", "contains", "a", "Ann"),
    ("choices", "in", ["a"], "Ann"),
    ("money.amount", "lt", 10, "Ann"),
    ("money.currency", "eq", "EUR", "Ben"),
    ("phone", "eq", "+86 138-0013-8001", "Ben"),
    ("flag", "eq", True, "Ann"),
    ("text", "starts_with", "co", "Ben"),
    ("text", "contains", "ea", "Ann"),
]


async def search(client: httpx.AsyncClient, *predicates: tuple[str, str, Any]) -> httpx.Response:
    found = [{"field": field, "op": op, "value": value} for field, op, value in predicates]
    return await client.post("/v1/customers/search", json={"filter": {"and": found}, "limit": 1000})


@pytest.fixture
async def mine(create: Create, define: Define) -> str:
    """Make Ann and Ben, and Old, who is older than the fields; return what their codes begin with."""
    mine = f"q{uuid4().hex[:8]}_"
    odd = {"decimal": "many", "date": "2026-02-31", "instant": "soon", "choices": "a", "money": 1}
    for name, attributes in {"Old": odd, **PEOPLE}.items():
        if name == "Ann":
            for code, more in FIELDS.items():
                await define(mine + code, **more)
        named = {mine + code: value for code, value in attributes.items()}
        await create(name=name, region=mine, attributes=named)
    return mine


async def test_attributes_compare_by_their_type(client: httpx.AsyncClient, mine: str) -> None:
    for code, op, value, who in ASKED:
        found = await search(
            client,
            ("region", "eq", mine),
            ("name", "in", list(PEOPLE)),
            (f"attributes.{mine}{code}", op, value),
        )
        assert found.status_code == 200, f"{code} {op}: {found.text}"
        names = {each["name"] for each in found.json()["items"]}
        assert names == {who}, f"{code} {op} {value}"


async def test_what_is_older_than_its_field_meets_nothing(client: httpx.AsyncClient, mine: str) -> None:
    alike = {"date", "choices"}  # a day of that form that no month has; one word where a list belongs
    for code, op, value, _ in ASKED:
        found = await search(
            client, ("region", "eq", mine), ("name", "eq", "Old"), (f"attributes.{mine}{code}", op, value)
        )
        named = {each["name"] for each in found.json()["items"]}
        assert named == ({"Old"} if code in alike else set()), f"{code} {op}"
    for code, there in (("decimal", True), ("text", False)):
        found = await search(
            client,
            ("name", "eq", "Old"),
            ("region", "eq", mine),
            (f"attributes.{mine}{code}", "exists", there),
        )
        assert found.json()["items"], code


@pytest.mark.parametrize(
    ("field", "op", "value", "says"),
    [
        ("decimal", "eq", "many", "decimal"),
        ("decimal", "contains", "1", "compared by"),
        ("date", "lt", "tomorrow", "date"),
        ("choice", "eq", "c", "one of a, b"),
        ("choice", "lt", "a", "compared by"),
        ("choices", "eq", "a", "compared by"),
        ("hidden", "eq", "x", "not to be filtered"),
    ],
)
async def test_a_filter_of_another_type_is_refused(
    client: httpx.AsyncClient, mine: str, *, field: str, op: str, value: str, says: str
) -> None:
    refused = await search(client, (f"attributes.{mine}{field}", op, value))
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["pointer"]) == (422, "/filter/and/0/value")
    assert says in error["detail"]
