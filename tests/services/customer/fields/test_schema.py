"""The JSON Schema of attributes: a standard validator judges with it as the service does."""

from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.services.customer.fields.conftest import Define

FIELDS: dict[str, dict[str, Any]] = {
    "s_text": {"type": "text", "pattern": "^[a-z]+$", "max_length": 5, "position": 2, "required": True},
    "s_integer": {"type": "integer", "min": 1, "max": 9},
    "s_decimal": {"type": "decimal", "label": {"zh-Hans": "尺码"}},
    "s_flag": {"type": "boolean", "default": True, "required": True},
    "s_date": {"type": "date"},
    "s_choice": {
        "type": "choice",
        "options": [{"code": "a", "label": {"en": "A", "zh-Hant": "甲"}}, {"code": "b", "retired": True}],
    },
    "s_money": {"type": "money"},
    "s_firm": {"type": "text", "kind": "organization"},
}
RIGHT = {
    "s_text": "abc",
    "s_integer": 3,
    "s_decimal": "1.5",
    "s_flag": False,
    "s_date": "2026-03-01",
    "s_choice": "a",
    "s_money": {"amount": "1", "currency": "CNY"},
}
WRONG: list[dict[str, Any]] = [
    {"s_text": "ABC"},
    {"s_text": "abcdef"},
    {"s_integer": 10},
    {"s_integer": "3"},
    {"s_decimal": "x"},
    {"s_flag": "yes"},
    {"s_date": "tomorrow"},
    {"s_choice": "b"},
    {"s_choice": "c"},
    {"s_money": {"amount": "1"}},
]


@pytest.fixture
async def fields(define: Define) -> None:
    """Define a field of every sort."""
    for code, more in FIELDS.items():
        await define(code, **more)


async def test_the_schema_judges_as_the_service(client: httpx.AsyncClient, fields: None) -> None:
    schema = (await client.get("/v1/custom-fields/schema", params={"kind": "person"})).json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["s_text"]
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema)
    for wrong in ({}, *WRONG):
        attributes = {**RIGHT, **wrong}
        created = await client.post("/v1/customers", json={"name": "Ann", "attributes": attributes})
        assert validator.is_valid(attributes) is (created.status_code == 201) is (not wrong), wrong
    assert not validator.is_valid({})
    assert "s_firm" not in schema["properties"]
    every = (await client.get("/v1/custom-fields/schema")).json()
    assert "s_firm" in every["properties"]


async def test_titles_come_in_the_language_asked_for(client: httpx.AsyncClient, fields: None) -> None:
    told = {}
    for language in ("en", "zh-Hant"):
        schema = await client.get("/v1/custom-fields/schema", params={"language": language})
        told[language] = schema.json()["properties"]
    assert told["en"]["s_decimal"]["title"] == "尺码", "the only one it has"
    assert [told[each]["s_choice"]["oneOf"] for each in told] == [
        [{"const": "a", "title": "A"}],
        [{"const": "a", "title": "甲"}],
    ]
    order = sorted(told["en"], key=lambda code: told["en"][code]["x-order"])
    assert order == [*sorted(FIELDS.keys() - {"s_text"}), "s_text"]


async def test_a_strict_schema_allows_nothing_else(client: httpx.AsyncClient, fields: None) -> None:
    tag = (await client.get("/v1/custom-field-settings")).headers["etag"]
    for undeclared, additional in (("refused", False), ("allowed", True)):
        put = await client.put(
            "/v1/custom-field-settings", json={"undeclared": undeclared}, headers={"If-Match": tag}
        )
        tag = put.headers["etag"]
        schema = (await client.get("/v1/custom-fields/schema")).json()
        assert schema["additionalProperties"] is additional
