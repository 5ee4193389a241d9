"""The documents of all services, as the gateway puts them together."""

import importlib
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from gateway.openapi import merge, operations
from gateway.routing import COMPOSED, OWN, SERVICES, owner_of

PACKAGES = {**{name: f"services.{name}.main" for name in SERVICES}, OWN: "gateway.main"}
OF_EVERY_SERVICE = ("/v1/changes", "/v1/changes/snapshot")


@pytest.fixture(scope="module")
def documents(keys: Path) -> dict[str, dict[str, Any]]:
    environ = {"GUANXI_KEYS": str(keys), "GUANXI_SECRET": "5e" * 32}
    for name in PACKAGES:
        environ[f"GUANXI_{name.upper()}_URL"] = f"unix:/nowhere/{name}.sock"
        environ[f"GUANXI_{name.upper()}_DATABASE_URL"] = "postgresql://nowhere/x"
    with patch.dict(os.environ, environ):
        apps = {name: importlib.import_module(package).build() for name, package in PACKAGES.items()}
    return {name: orjson.loads(app.state.openapi()) for name, app in apps.items()}


def test_no_two_services_mean_different_things_by_one_schema_name(documents: dict[str, Any]) -> None:
    merged = merge(documents, [])
    assert "x-conflicts" not in merged
    assert "x-missing" not in merged


def test_operation_ids_are_unique_over_services(documents: dict[str, Any]) -> None:
    taken: dict[str, str] = {}
    for name, document in documents.items():
        for path, operation in operations(document):
            if path in OF_EVERY_SERVICE and name != OWN:
                continue
            assert operation["operationId"] not in taken, f"{name} and {taken[operation['operationId']]}"
            taken[operation["operationId"]] = name


def test_every_documented_path_is_routed_to_the_service_that_has_it(
    documents: dict[str, Any],
) -> None:
    for name, document in documents.items():
        for path in document["paths"]:
            assert owner_of(path) == name or path in (*OF_EVERY_SERVICE, *COMPOSED), f"{path} of {name}"
    assert set(COMPOSED) <= documents[OWN]["paths"].keys()


def test_every_reference_of_the_whole_leads_somewhere(documents: dict[str, Any]) -> None:
    merged = merge(documents, [])
    schemas = merged["components"]["schemas"]
    text = orjson.dumps(merged).decode()
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= schemas.keys()
    assert schemas.keys() <= named
    overview = schemas["OverviewRead"]["properties"]
    assert overview["customer"]["anyOf"][0] == {"$ref": "#/components/schemas/CustomerRead"}
    assert overview["timeline"]["anyOf"][0] == {"$ref": "#/components/schemas/TimelinePage"}
    assert overview["score"]["anyOf"][0] == {"$ref": "#/components/schemas/ScoreRead"}


def test_the_first_tag_of_each_operation_names_its_resource(documents: dict[str, Any]) -> None:
    merged = merge(documents, [])
    assert merged["tags"]
    for path, operation in operations(merged):
        assert len(operation.get("tags", [])) == 1, path
