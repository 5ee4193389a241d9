"""Operations: each says who may call it, and has a name that a generated client can use."""

import re
from collections import Counter
from typing import Any

import orjson
import pytest

from shared.auth import AUTHENTICATED, PUBLIC
from tests.architecture.applications import PARTS, application, routes
from web.openapi import policies

PROBES = {"/livez", "/readyz", "/startupz", "/metrics", "/openapi.json"}
SCOPE = re.compile(r"[a-z]+:[a-z]+")


def document(part: str) -> dict[str, Any]:
    return dict(orjson.loads(application(part).state.openapi()))


def operations(part: str) -> list[dict[str, Any]]:
    return [operation for path in document(part)["paths"].values() for operation in path.values()]


@pytest.mark.parametrize("part", PARTS)
def test_every_route_declares_who_may_call_it(part: str) -> None:
    declared = {f"{sorted(route.methods or ())} {route.path}": policies(route) for route in routes(part)}
    assert declared
    assert not [route for route, found in declared.items() if not found]
    public = {route.path for route in routes(part) if policies(route) == [PUBLIC]}
    if part != "gateway":
        assert public == PROBES, "behind the gateway only probes are public"
    scopeless = {route.path for route in routes(part) if AUTHENTICATED in policies(route)}
    assert scopeless == ({"/v1/me"} if part == "gateway" else set()), "all but who-am-I take a scope"
    named = {policy for found in declared.values() for policy in found}
    scopes = named - {PUBLIC, AUTHENTICATED}
    assert all(SCOPE.fullmatch(scope) for scope in scopes), scopes


@pytest.mark.parametrize("part", PARTS)
def test_every_route_is_hot(part: str) -> None:
    assert not [route.path for route in routes(part) if not getattr(route.endpoint, "hot", False)]


@pytest.mark.parametrize("part", PARTS)
def test_operations_are_verb_noun_with_one_tag_and_a_sentence(part: str) -> None:
    for operation in operations(part):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"]), operation["operationId"]
        assert len(operation["tags"]) == 1, operation["operationId"]
        assert operation.get("description"), operation["operationId"]


def test_operation_ids_are_unique_over_all_parts() -> None:
    shared_by_design = {"get_changes", "get_snapshot"}
    names = Counter(o["operationId"] for part in PARTS for o in operations(part))
    assert not {name for name, count in names.items() if count > 1} - shared_by_design


@pytest.mark.parametrize("part", PARTS)
def test_schemas_have_plain_names_and_answers_have_schemas(part: str) -> None:
    schemas = document(part)["components"]["schemas"]
    assert not [name for name in schemas if not re.fullmatch(r"[A-Za-z0-9]+", name)]
    for operation in operations(part):
        good = [answer for status, answer in operation["responses"].items() if status < "300"]
        assert good, operation["operationId"]
        for answer in good:
            for content in answer.get("content", {}).values():
                assert content["schema"], f"{operation['operationId']} answers something undescribed"


@pytest.mark.parametrize("part", PARTS)
def test_what_is_answered_is_never_optional(part: str) -> None:
    """A field that is always there must not look as if it might be missing."""
    schemas = document(part)["components"]["schemas"]
    partial = {
        name
        for name, schema in schemas.items()
        if name.endswith(("Read", "Page"))
        and set(schema.get("properties", ())) != set(schema.get("required", ()))
    }
    assert not partial
