"""Bad input on every operation and in every field: never a 5xx, always a problem, never an echo."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.samples import body_schema, operations, places, planted, sample
from tests.e2e.system import System

CANARY = "canary-7f3a9"
JSON = {"Content-Type": "application/json", "If-Match": '"1"'}
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "empty": (b"", {}),
    "not json": (b"{" + CANARY.encode(), {}),
    "null": (b"null", {}),
    "a list": (b"[]", {}),
    "a string": (b'"x"', {}),
    "a number": (b"1", {}),
    "NaN": (b'{"attributes": {"a": NaN}}', {}),
    "1e400": (b'{"attributes": {"a": 1e400}}', {}),
    "5,000 digits": (b'{"version": ' + b"9" * 5000 + b"}", {}),
    "bad UTF-8": (b'{"name": "\xff\xfe"}', {}),
    "a BOM": (b"\xef\xbb\xbf{}", {}),
    "lone surrogate": (b'{"name": "\\ud800"}', {}),
    "NUL": (b'{"name": "a\\u0000b"}', {}),
    "NUL in a key": (b'{"a\\u0000b": 1}', {}),
    "duplicate keys": (b'{"name": 1, "name": 2}', {}),
    "deep lists": (b"[" * 100_000, {}),
    "deep objects": (b'{"attributes":' + b'{"a":' * 500 + b"1" + b"}" * 501, {}),
    "octet-stream": (b"\x00\x01\x02" + CANARY.encode(), {"Content-Type": "application/octet-stream"}),
    "text": (b"{}", {"Content-Type": "text/plain"}),
    "form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}),
    "broken type": (b"{}", {"Content-Type": ";;;"}),
    "gzip bomb": (b"\x1f\x8b" + b"\x00" * 64, {"Content-Encoding": "gzip"}),
}
VALUES: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, 2**64, 10**30, 1.5, "", " ", CANARY + "\u0000", "\u202e\u200b\ufeff",
    "x" * 300, "'; drop table customers; --", "=cmd|' /C calc'!A0", "9999-12-31T23:59:59.999999-23:59",
    "1e400", "NaN", "Infinity", "-0", [], {}, [[]], {"a": None}, [None] * 1001,
]  # fmt: skip
PATHS = [
    "x",
    "%00",
    "%ff",
    "%F0%9F%98%80",
    "..%2f..",
    "a:b",
    "a:",
    ":",
    "erp:%00",
    "0" * 300,
    "%E2%80%AE",
    "-1",
    "1e400",
]
QUERIES = [
    "limit=0", "limit=1001x", "limit=99999999999999999999", "limit=NaN", "limit=5&limit=6", "cursor=%00",
    "cursor=x", "after=%ff", "nonsense=1", "%00=1", "limit=%00", "wait=1e400", "x" * 5000,
]  # fmt: skip


def judged(response: httpx.Response, what: str) -> None:
    """Check what every answer to bad input has in common."""
    said = f"{what} -> {response.status_code}: {response.text[:300]}"
    assert response.status_code < 500, said
    assert CANARY not in response.text or response.status_code < 400, f"echo: {said}"
    if response.status_code >= 400 and response.request.method != "HEAD":
        assert response.headers["content-type"].startswith("application/problem+json"), said
        problem = response.json()
        assert problem["status"] == response.status_code, said
        assert {"type", "title", "code", "trace_id"} <= problem.keys(), said


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> dict[str, Any]:
    """The merged document of the running system."""
    found: dict[str, Any] = api.get("/openapi.json").raise_for_status().json()
    return found


def filled(path: str, value: str = "0192f0c1-0000-7000-8000-000000000001") -> str:
    return re.sub(r"\{[^}]+\}", lambda _: value, path)


def writing(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return (found for found in operations(document) if "requestBody" in found[2])


def test_the_document_names_operations_of_every_service(document: dict[str, Any]) -> None:
    paths = document["paths"].keys()
    assert {"/v1/customers", "/v1/interactions", "/v1/orders", "/v1/scores", "/v1/changes"} <= paths
    assert len(list(writing(document))) >= 12


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies_on_every_operation(api: httpx.Client, document: dict[str, Any], name: str) -> None:
    body, headers = BODIES[name]
    for method, path, _ in operations(document):
        response = api.request(method, filled(path), content=body, headers={**JSON, **headers})
        judged(response, f"{name}: {method} {path}")


def test_hostile_values_in_every_field(api: httpx.Client, document: dict[str, Any]) -> None:
    tried = 0
    for method, path, operation in writing(document):
        schema = body_schema(document, operation)
        assert schema is not None, path
        usual = sample(document, schema)
        for at in places(usual):
            for value in VALUES:
                content = json.dumps(planted(usual, at, value)).encode()
                response = api.request(method, filled(path), content=content, headers=JSON)
                judged(response, f"{value!r:.60} at {at}: {method} {path}")
                tried += 1
    assert tried > 1_000


def test_hostile_paths_and_queries(api: httpx.Client, document: dict[str, Any]) -> None:
    for method, path, _ in operations(document):
        for value in PATHS if "{" in path else ():
            judged(api.request(method, filled(path, value), headers=JSON), f"{method} {path} with {value}")
        if method == "get":
            for query in QUERIES:
                judged(api.get(f"{filled(path)}?{query}"), f"GET {path}?{query[:60]}")


def test_methods_have_an_exact_allow_and_every_get_a_head(
    api: httpx.Client, document: dict[str, Any]
) -> None:
    for path, item in document["paths"].items():
        exact = {m.upper() for m in item if m in ("get", "put", "post", "patch", "delete")}
        exact |= {"OPTIONS"} | ({"HEAD"} if "GET" in exact else set())
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE", "TRACE"):
            if method not in exact:
                refused = api.request(method, filled(path))
                judged(refused, f"{method} {path}")
                assert refused.status_code == 405, f"{method} {path}: {refused.status_code}"
                assert {m.strip() for m in refused.headers["allow"].split(",")} == exact, f"{method} {path}"
        if "GET" in exact and "changes" not in path:
            head, get = api.head(filled(path)), api.get(filled(path))
            assert (head.status_code, head.content) == (get.status_code, b""), path


def test_bodies_of_50_megabytes(system: System, document: dict[str, Any]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(50):
            yield b"x" * 1_000_000
        yield b'"}'

    whole = b'{"name": "' + b"x" * 50_000_000 + b'"}'
    for method, path, _ in writing(document):
        for content in (whole, pieces()):
            with system.client() as client:  # the server may close a connection whose body it refuses
                try:
                    response = client.request(method, filled(path), content=content, headers=JSON)
                except (httpx.WriteError, httpx.ReadError):
                    pytest.fail(f"{method} {path}: cut without an answer")
            assert response.status_code == 413, f"{method} {path}: {response.status_code}"
            judged(response, f"50 MB: {method} {path}")
