"""The document as generators of clients read it: named, bounded, with examples that are true."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import jsonschema_rs
import pytest

from gateway.openapi import operations
from tests.architecture.tree import ROOT
from web.bounds import GREATEST, nodes

REF = "#/components/schemas/"
ANYWHERE = {"400", "401", "403", "408", "413", "415", "422", "429", "500", "502", "503", "504"}
LINE = "x-item-schema"  # what one line or event of an answer without end says
UNENDING = {"application/x-ndjson", "text/event-stream"}
# Objects that are of their senders' making, or a record of any kind.
FREE = {"attributes", "filter", "said", "data", "figures", "watermark"}
UNKEYED = ("/search", "/resolve", "/stream")  # they change nothing, or each row brings its own key


def printed(seed: str) -> str:
    """Return what `guanxi openapi` prints."""
    line = [sys.executable, "-m", "guanxi", "openapi"]
    environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=ROOT, env=environ, text=True, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def text() -> str:
    return printed("1")


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def reached(document: dict[str, Any], left: list[Any]) -> set[str]:
    """Return the names of the schemas that some schemas reach."""
    found: set[str] = set()
    while left:
        for node in nodes(left.pop()):
            name = str(node.get("$ref", "")).removeprefix(REF)
            if node.get("$ref") and name not in found:
                found.add(name)
                left.append(document["components"]["schemas"][name])
    return found


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (operation id, schema) of every request body."""
    for _, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield operation["operationId"], content["schema"]


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (operation id, status, answer) with references followed."""
    for _, operation in operations(document):
        for status, answer in operation["responses"].items():
            name = answer.get("$ref", "").removeprefix("#/components/responses/")
            yield operation["operationId"], status, document["components"]["responses"].get(name, answer)


def sent(document: dict[str, Any]) -> set[str]:
    return reached(document, [schema for _, schema in bodies(document)])


def told(document: dict[str, Any]) -> set[str]:
    contents = [answer.get("content", {}).values() for _, _, answer in answers(document)]
    schemas = [content["schema"] for each in contents for content in each]
    return reached(document, [inner for each in schemas for inner in (each, each.get(LINE))])


def inside(document: dict[str, Any], names: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in names:
        for node in nodes(document["components"]["schemas"][name]):
            yield name, node


def test_the_document_is_the_same_whenever_it_is_made(text: str) -> None:
    assert text == printed("2")


def test_it_is_a_valid_document_of_json_schema_2020_12(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_example_validates(document: dict[str, Any]) -> None:
    shown = 0
    schemas = document["components"]["schemas"]
    parameters = [p for _, operation in operations(document) for p in operation.get("parameters", ())]
    places = [
        *inside(document, set(document["components"]["schemas"])),
        *((p["name"], node) for p in parameters for node in nodes(p["schema"])),
        *(
            (name, node)
            for name, h in document["components"]["headers"].items()
            for node in nodes(h["schema"])
        ),
    ]
    for name, node in places:
        examples = [*node.get("examples", ()), *([node["default"]] if "default" in node else ())]
        others = {each: schemas[each] for each in reached(document, [node])} if examples else {}
        check = {"components": {"schemas": others}, **node}
        for example in examples:
            validator = jsonschema_rs.Draft202012Validator(check, validate_formats=True)
            assert validator.is_valid(example), f"{name}: {next(validator.iter_errors(example)).message}"
            shown += 1
    assert shown > 50


def test_what_creates_and_changes_shows_how(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    whole = (
        (name, schemas[s["$ref"].removeprefix(REF)] if "$ref" in s else s) for name, s in bodies(document)
    )
    silent = {name for name, schema in whole if not schema.get("examples")}
    assert not silent


def test_every_answer_without_end_says_what_a_line_of_it_is(document: dict[str, Any]) -> None:
    streams = 0
    for name, _, answer in answers(document):
        for media_type in UNENDING & answer.get("content", {}).keys():
            schema = answer["content"][media_type]["schema"]
            assert reached(document, [schema[LINE]]), name
            assert schema.get("maxLength", GREATEST) == GREATEST, name
            streams += 1
    assert streams > 30


def test_every_answer_has_all_its_fields(document: dict[str, Any]) -> None:
    allowed = {"Problem", "FieldError"}
    for name in told(document) - sent(document) - allowed:
        schema = document["components"]["schemas"][name]
        assert set(schema.get("properties", ())) == set(schema.get("required", ())), name


def test_answers_hold_no_object_of_unknown_form(document: dict[str, Any]) -> None:
    for name in told(document):
        fields = document["components"]["schemas"][name].get("properties", {})
        for field in fields.keys() - FREE:
            for node in nodes(fields[field]):
                free = node.get("type") == "object" and "properties" not in node
                assert not free or node.get("additionalProperties") not in (None, True, {}), f"{name}.{field}"


def test_enums_have_names_and_null_is_an_alternative(document: dict[str, Any]) -> None:
    for name, node in inside(document, set(document["components"]["schemas"])):
        assert "enum" not in node or node is document["components"]["schemas"][name], (
            f"a nameless enum in {name}"
        )
        assert not isinstance(node.get("type"), list), name
        assert "nullable" not in node, name


def test_whoever_reads_an_alternative_can_tell_which_it_is(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, node in inside(document, set(schemas)):
        options = [o for key in ("anyOf", "oneOf") for o in node.get(key, ())]
        objects = [schemas[o["$ref"].removeprefix(REF)] for o in options if "$ref" in o]
        for one, other in combinations([o for o in objects if o.get("type") == "object"], 2):
            assert told_apart(one, other, schemas), f"{name}: {one['title']} or {other['title']}?"


def told_apart(one: dict[str, Any], other: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether a member that must be there is only in one of them, or says which it is."""
    if set(one["required"]) - other["properties"].keys() or set(other["required"]) - one["properties"].keys():
        return True
    both = set(one["required"]) & set(other["required"])
    return any(
        (mine := said(one["properties"][name], schemas))
        and (yours := said(other["properties"][name], schemas))
        and not mine & yours
        for name in both
    )


def said(schema: dict[str, Any], schemas: dict[str, Any]) -> set[Any]:
    found = schemas.get(str(schema.get("$ref", "")).removeprefix(REF), schema)
    return {found["const"]} if "const" in found else set(found.get("enum", ()))


def test_parameters_and_schemas_have_plain_names(document: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in document["components"]["schemas"])
    for _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            style = r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)*" if parameter["in"] == "header" else r"[a-z][a-z_]*"
            assert re.fullmatch(style, parameter["name"]), parameter["name"]
            assert not any(node.get("type") == "null" for node in nodes(parameter["schema"]))


def test_every_refusal_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        expected = ANYWHERE | ({"404"} if "{" in path else set())
        assert expected <= operation["responses"].keys(), operation["operationId"]
    for name, status, answer in answers(document):
        if status >= "400":
            schema = answer["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": REF + "Problem"}, f"{name} {status}"
            assert re.match(r"`[a-z_]+`: ", answer["description"]), f"{name} {status}"


def test_every_value_that_is_sent_has_bounds(document: dict[str, Any]) -> None:
    parameters = [
        (operation["operationId"], node)
        for _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        for node in nodes(parameter["schema"])
    ]
    whole = ((name, node) for name, schema in bodies(document) for node in nodes(schema))
    for name, node in (*inside(document, sent(document)), *whole, *parameters):
        kind = node.get("type")
        if kind == "string" and not {"enum", "const"} & node.keys():
            assert "maxLength" in node, f"{name}: {node}"
            assert {"pattern", "format"} & node.keys(), f"{name}: {node}"
        if kind == "integer":
            assert {"minimum", "maximum", "format"} <= node.keys(), f"{name}: {node}"
        if kind == "array":
            assert "maxItems" in node, f"{name}: {node}"


def test_money_is_a_string_with_a_pattern(document: dict[str, Any]) -> None:
    for name in ("Money", "MoneyRead"):
        amount = document["components"]["schemas"][name]["properties"]["amount"]
        assert amount["type"] == "string"
        assert amount["pattern"], name


def test_safe_writing_is_declared(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            headers = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "header"}
            writes = method == "post" and not path.endswith(UNKEYED)
            assert ("Idempotency-Key" in headers) == writes, f"{method} {path}"
            assert ("If-Match" in headers) == ("428" in operation["responses"]), f"{method} {path}"
            assert ("If-None-Match" in headers) == ("304" in operation["responses"]), f"{method} {path}"
