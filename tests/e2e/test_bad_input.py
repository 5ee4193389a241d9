"""Bad input on every operation and in every field: no 5xx, always a documented problem, no echo."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.corpus import BODIES, CANARY, EVERYWHERE, HEADERS, PATHS, TEXTS, TYPES, VALUES
from tests.e2e.samples import METHODS, body_schema, operations, places, planted, sample, types_at
from tests.e2e.system import System

JSON = {"Content-Type": "application/json", "If-Match": '"1"'}
UNREADABLE = re.compile(r"u0000|\d{19}")  # whatever the operation, no such body is taken
NAMES = ("instance", "pointer", "parameter")  # they say where: the caller's path and the names of members


def judged(response: httpx.Response, what: str, operation: dict[str, Any] | None = None) -> None:
    """Check what every answer to bad input has in common; `operation` says which answers it documents."""
    status = response.status_code
    said = f"{what:.300} -> {status}: {response.text[:300]}"
    assert status < 500, said
    assert operation is None or str(status) in operation["responses"], f"not documented: {said}"
    if status >= 400 and response.request.method != "HEAD":
        assert response.headers["content-type"] == "application/problem+json", said
        problem = response.json()
        assert problem["status"] == status, said
        assert {"type", "title", "code", "trace_id"} <= problem.keys(), said
        assert CANARY not in quoted(problem), f"echo: {said}"


def quoted(problem: dict[str, Any]) -> str:
    """Return what a problem says, without the names of places."""
    errors = [{k: v for k, v in error.items() if k not in NAMES} for error in problem.get("errors", ())]
    return str({**problem, "errors": errors, "instance": ""})


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> dict[str, Any]:
    """The merged document of the running system."""
    found: dict[str, Any] = api.get("/openapi.json").raise_for_status().json()
    return found


def filled(path: str, value: str = "0192f0c1-0000-7000-8000-000000000001") -> str:
    return re.sub(r"\{[^}]+\}", lambda _: value, path)


def writing(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return (found for found in operations(document) if "requestBody" in found[2])


def fields(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], Any, tuple[Any, ...]]]:
    """Yield (method, path, operation, plausible body, place) for every place of every body."""
    for method, path, operation in writing(document):
        schema = body_schema(document, operation)
        assert schema is not None, path
        usual = sample(document, schema)
        for at in places(usual):
            yield method, path, operation, usual, at


def test_the_document_names_operations_of_every_service(document: dict[str, Any]) -> None:
    paths = document["paths"].keys()
    assert {"/v1/customers", "/v1/interactions", "/v1/orders", "/v1/scores", "/v1/changes"} <= paths
    assert len(list(writing(document))) >= 12


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_on_every_operation(api: httpx.Client, document: dict[str, Any], name: str) -> None:
    body, headers = BODIES[name]
    for method, path, operation in operations(document):
        response = api.request(method, filled(path), content=body, headers={**JSON, **headers})
        judged(response, f"{name}: {method} {path}", operation)


def test_hostile_values_in_every_field(api: httpx.Client, document: dict[str, Any]) -> None:
    tried = 0
    for method, path, operation, usual, at in fields(document):
        for body in with_values(usual, at):
            content = json.dumps(body).encode()
            response = api.request(method, filled(path), content=content, headers=JSON)
            judged(response, f"{content!r:.300} for {at}: {method} {path}", operation)
            tried += 1
    assert tried > 1_000


def with_values(usual: Any, at: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the body with each hostile value in a place; in a batch, as rows of one, where that can be."""
    alone = VALUES
    if at[:2] == ("items", 0) and len(at) > 2:
        alone = [value for value in VALUES if UNREADABLE.search(json.dumps(value))]
        rows = [planted(usual, at, value)["items"][0] for value in VALUES if value not in alone]
        yield {**usual, "items": rows}
    for value in alone:
        yield planted(usual, at, value)


def test_every_field_takes_the_json_types_of_its_schema_only(
    api: httpx.Client, document: dict[str, Any]
) -> None:
    tried = 0
    for method, path, operation, usual, at in fields(document):
        taken = types_at(document, body_schema(document, operation) or {}, at)
        for kind in () if "any" in taken else TYPES.keys() - taken:
            content = json.dumps(planted(usual, at, TYPES[kind])).encode()
            response = api.request(method, filled(path), content=content, headers=JSON)
            what = f"{kind} instead of {taken} at {at}: {method} {path}"
            judged(response, what, operation)
            if response.status_code == 200 and path.endswith("/batch"):
                assert response.json()["results"][0]["outcome"] == "rejected", what
            else:
                assert response.status_code >= 400, what
            tried += 1
    assert tried > 500


def test_hostile_paths(api: httpx.Client, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for value in PATHS if "{" in path else ():
            response = api.request(method, filled(path, value), headers=JSON)
            climbs = ".." in value or "%2e" in value  # then it is another path
            judged(response, f"{method} {path} with {value}", None if climbs else operation)


def test_hostile_parameters(api: httpx.Client, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        queries = [f"{name}={text}" for name in names for text in TEXTS]
        queries += [f"{name}=1&{name}=2" for name in names]
        queries += [f"nonsense={CANARY}", "%00=1", "%ff=1", "=", "&" * 200, "x" * 5_000, "limit[]=1"]
        for query in queries:
            response = api.request(method, f"{filled(path)}?{query}", headers=JSON)
            judged(response, f"{method} {path}?{query}", operation)


def test_hostile_headers(api: httpx.Client, document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"]
        for name in (*names, *(EVERYWHERE if method == "get" and "{" not in path else ())):
            for value in HEADERS:
                response = api.request(method, filled(path), headers={**JSON, name: value})
                judged(response, f"{method} {path} with {name}: {value!r:.60}", operation)


def test_methods_have_an_exact_allow_and_every_get_a_head(
    api: httpx.Client, document: dict[str, Any]
) -> None:
    for path, item in document["paths"].items():
        exact = {m.upper() for m in item if m in METHODS}
        exact |= {"OPTIONS"} | ({"HEAD"} if "GET" in exact else set())
        for method in ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "TRACE", "PROPFIND", "OPTIONS"):
            if method in exact - {"OPTIONS"}:
                continue
            answer = api.request(method, filled(path))
            judged(answer, f"{method} {path}")
            assert answer.status_code == (204 if method == "OPTIONS" else 405), f"{method} {path}"
            assert {m.strip() for m in answer.headers["allow"].split(",")} == exact, f"{method} {path}"
        if "GET" in exact:
            head, get = api.head(filled(path)), api.get(filled(path))
            assert (head.status_code, head.content) == (get.status_code, b""), path


def test_bodies_of_50_megabytes(system: System, document: dict[str, Any]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(50):
            yield b"x" * 1_000_000
        yield b'"}'

    whole = b'{"name": "' + b"x" * 50_000_000 + b'"}'
    for method, path, operation in writing(document):
        for content in (whole, pieces()):
            with system.client() as client:  # the server may close a connection whose body it refuses
                try:
                    response = client.request(method, filled(path), content=content, headers=JSON)
                except (httpx.WriteError, httpx.ReadError):
                    pytest.fail(f"{method} {path}: cut without an answer")
            assert response.status_code == 413, f"{method} {path}: {response.status_code}"
            judged(response, f"50 MB: {method} {path}", operation)
