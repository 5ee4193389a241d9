"""The OpenAPI document: what a client generator needs."""

from typing import Any

import httpx
import pytest

ALWAYS = {"415", "422", "429", "500", "503"}


@pytest.fixture(scope="module")
async def document(api: httpx.AsyncClient) -> dict[str, Any]:
    answer = await api.get("/openapi.json")
    return dict(answer.json())


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {o["operationId"]: o for path in document["paths"].values() for o in path.values()}


async def test_operations_are_named_for_their_functions(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    found = operations(document)
    assert {"get_thing", "list_things", "create_thing", "update_thing"} <= found.keys()
    assert "get_liveness" not in found
    assert all(operation["tags"] == ["things"] for operation in found.values())


async def test_every_refusal_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    found = operations(document)
    assert {*ALWAYS, "200", "401", "403", "404"} == found["get_thing"]["responses"].keys()
    assert {*ALWAYS, "201", "400", "401", "403", "409", "413", "415"} >= found["create_thing"][
        "responses"
    ].keys()
    for operation in found.values():
        assert operation["responses"].keys() >= ALWAYS
        for status, answer in operation["responses"].items():
            if status >= "400":
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}
                assert answer["description"]


async def test_fastapis_own_error_is_gone_and_no_schema_is_split(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "Problem" in schemas
    assert not {name for name in schemas if "ValidationError" in name or name.endswith(("-Input", "-Output"))}
    text = str(document)
    assert "HTTPValidationError" not in text


async def test_a_field_with_a_default_is_still_always_answered(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["ThingRead"]["required"] == ["id", "name", "made"]


async def test_the_document_is_true_of_a_problem(document: dict[str, Any], api: httpx.AsyncClient) -> None:
    problem = (await api.get("/v1/things/x")).json()
    schema = document["components"]["schemas"]["Problem"]
    assert set(schema["required"]) <= problem.keys() <= schema["properties"].keys()
    field_error = document["components"]["schemas"]["FieldError"]
    assert schema["properties"]["errors"]["items"] == {"$ref": "#/components/schemas/FieldError"}
    assert set(field_error["required"]) <= problem["errors"][0].keys() <= field_error["properties"].keys()
