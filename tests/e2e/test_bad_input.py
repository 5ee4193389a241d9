"""Bad input on every operation and in every field: no 5xx, always a documented problem, no echo."""

import json
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import httpx
import pytest

from tests.e2e.corpus import BODIES, CANARY, EVERYWHERE, HEADERS, PATHS, TEXTS, TYPES, VALUES
from tests.e2e.samples import (
    METHODS,
    NDJSON,
    body_schema,
    operations,
    places,
    planted,
    sample,
    streams,
    types_at,
)
from tests.e2e.system import System
from tests.support.wire import Answer, Asked, Wire

JSON = {"Content-Type": "application/json", "If-Match": '"1"'}
UNREADABLE = re.compile(r"u0000|\d{19}")  # whatever the operation, no such body is taken
NAMES = ("instance", "pointer", "parameter")  # they say where: the caller's path and the names of members


def judged(asked: Asked, answer: Answer) -> None:
    """Check what every answer to bad input has in common."""
    status = answer.status
    said = f"{asked.what:.300} -> {status}: {answer.body[:300]!r}"
    assert status < 500, said
    assert status != 429, f"nobody looked at it: {said}"
    assert asked.operation is None or str(status) in asked.operation["responses"], f"not documented: {said}"
    if status >= 400 and asked.method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json", said
        problem = answer.json()
        assert problem["status"] == status, said
        assert {"type", "title", "code", "trace_id"} <= problem.keys(), said
        assert CANARY not in quoted(problem), f"echo: {said}"
    elif asked.operation and streams(asked.operation):
        *results, end = map(json.loads, answer.body.splitlines())
        assert end["complete"], said
        assert not [each for each in results if CANARY in quoted(each)], f"echo: {said}"


def quoted(problem: dict[str, Any]) -> str:
    """Return what a problem says, without the names of places."""
    errors = [{k: v for k, v in error.items() if k not in NAMES} for error in problem.get("errors", ())]
    return str({**problem, "errors": errors, "instance": ""})


def typed(operation: dict[str, Any]) -> dict[str, str]:
    """Return the headers of an operation that is asked as it wants to be."""
    return {**JSON, "Content-Type": NDJSON} if streams(operation) else JSON


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> dict[str, Any]:
    """The merged document of the running system."""
    found: dict[str, Any] = api.get("/openapi.json").raise_for_status().json()
    return found


@pytest.fixture
def wire(system: System) -> Wire:
    """Many requests with the development key."""
    return Wire(system.address, system.key)


def filled(path: str, value: str = "0192f0c1-0000-7000-8000-000000000001") -> str:
    return re.sub(r"\{([^}]+)\}", lambda found: {"number": "1"}.get(found[1], value), path)


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
async def test_hostile_bodies_on_every_operation(wire: Wire, document: dict[str, Any], name: str) -> None:
    body, headers = BODIES[name]
    each = (
        Asked(
            f"{name}: {method} {path}", method, filled(path), body, {**typed(operation), **headers}, operation
        )
        for method, path, operation in operations(document)
    )
    assert await wire.ask(each, judged) > 50


async def test_hostile_values_in_every_field(wire: Wire, document: dict[str, Any]) -> None:
    def each() -> Iterator[Asked]:
        for method, path, operation, usual, at in fields(document):
            bodies = [json.dumps(body).encode() for body in with_values(usual, at)]
            for content in [b"\n".join(bodies)] if streams(operation) else bodies:
                what = f"{content!r:.300} for {at}: {method} {path}"
                yield Asked(what, method, filled(path), content, typed(operation), operation)

    assert await wire.ask(each(), judged) > 1_000


def with_values(usual: Any, at: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the body with each hostile value in a place; in a batch, as rows of one, where that can be."""
    alone = VALUES
    if at[:2] == ("items", 0) and len(at) > 2:
        alone = [value for value in VALUES if UNREADABLE.search(json.dumps(value))]
        rows = [planted(usual, at, value)["items"][0] for value in VALUES if value not in alone]
        yield {**usual, "items": rows}
    for value in alone:
        yield planted(usual, at, value)


async def test_every_field_takes_the_json_types_of_its_schema_only(
    wire: Wire, document: dict[str, Any]
) -> None:
    def each() -> Iterator[Asked]:
        for method, path, operation, usual, at in fields(document):
            taken = types_at(document, body_schema(document, operation) or {}, at)
            for kind in () if "any" in taken else TYPES.keys() - taken:
                content = json.dumps(planted(usual, at, TYPES[kind])).encode()
                what = f"{kind} instead of {taken} at {at}: {method} {path}"
                yield Asked(what, method, filled(path), content, typed(operation), operation)

    def refused(asked: Asked, answer: Answer) -> None:
        judged(asked, answer)
        if answer.status == 200 and asked.target.endswith("/batch"):
            assert answer.json()["results"][0]["outcome"] == "rejected", asked.what
        elif answer.status == 200 and asked.target.endswith("/stream"):
            assert json.loads(answer.body.splitlines()[0])["status"] == "rejected", asked.what
        else:
            assert answer.status >= 400, asked.what

    assert await wire.ask(each(), refused) > 500


async def test_hostile_paths(wire: Wire, document: dict[str, Any]) -> None:
    def each() -> Iterator[Asked]:
        for method, path, operation in operations(document):
            for value in PATHS if "{" in path else ():
                climbs = ".." in value or "%2e" in value  # then it is another path
                said = None if climbs else operation
                what = f"{method} {path} with {value}"
                yield Asked(what, method, filled(path, value), headers=JSON, operation=said)

    await wire.ask(each(), judged)


async def test_hostile_parameters(wire: Wire, document: dict[str, Any]) -> None:
    def each() -> Iterator[Asked]:
        for method, path, operation in operations(document):
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            queries = [f"{name}={text}" for name in names for text in TEXTS]
            queries += [f"{name}=1&{name}=2" for name in names]
            queries += [f"nonsense={CANARY}", "%00=1", "%ff=1", "=", "&" * 200, "x" * 5_000, "limit[]=1"]
            for query in queries:
                target = f"{filled(path)}?{query}"
                yield Asked(f"{method} {path}?{query}", method, target, headers=JSON, operation=operation)

    await wire.ask(each(), judged)


async def test_hostile_headers(wire: Wire, document: dict[str, Any]) -> None:
    def each() -> Iterator[Asked]:
        for method, path, operation in operations(document):
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"]
            for name in (*names, *(EVERYWHERE if method == "get" and "{" not in path else ())):
                for value in HEADERS:
                    what = f"{method} {path} with {name}: {value!r:.60}"
                    yield Asked(what, method, filled(path), b"", {**JSON, name: value}, operation)

    await wire.ask(each(), judged)


async def test_methods_have_an_exact_allow(wire: Wire, document: dict[str, Any]) -> None:
    exact = {filled(path): methods(item) for path, item in document["paths"].items()}
    every = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "TRACE", "PROPFIND", "OPTIONS")

    def refused(asked: Asked, answer: Answer) -> None:
        judged(asked, answer)
        assert answer.status == (204 if asked.method == "OPTIONS" else 405), asked.what
        assert {m.strip() for m in answer.headers["allow"].split(",")} == exact[asked.target], asked.what

    others = ((method, path) for path, has in exact.items() for method in every if method not in has)
    options = (("OPTIONS", path) for path in exact)
    each = (Asked(f"{method} {path}", method, path) for method, path in (*others, *options))
    assert await wire.ask(each, refused) > 100


def test_a_head_is_its_get_without_the_body(api: httpx.Client, document: dict[str, Any]) -> None:
    paths = [filled(path) for path, item in document["paths"].items() if "get" in item]
    assert len(paths) > 30
    for path in paths:
        head, get = api.head(path), api.get(path)
        assert (head.status_code, head.content) == (get.status_code, b""), path


def methods(item: dict[str, Any]) -> set[str]:
    """Return what may be asked of a path."""
    found = {method.upper() for method in item if method in METHODS}
    return found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())


def test_bodies_of_50_megabytes(system: System, document: dict[str, Any]) -> None:
    """Every second operation hears before how much it will be."""

    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(50):
            yield b"x" * 1_000_000
        yield b'"}'

    whole = b'{"name": "' + b"x" * 50_000_000 + b'"}'
    bounded = [each for each in writing(document) if not streams(each[2])]  # those take them: test_streams.py
    for (method, path, operation), content in zip(bounded, cycle((lambda: whole, pieces)), strict=False):
        asked = Asked(f"50 MB: {method} {path}", method, filled(path), operation=operation)
        with system.client() as client:  # the server may close a connection whose body it refuses
            try:
                response = client.request(method, asked.target, content=content(), headers=JSON)
            except (httpx.WriteError, httpx.ReadError):
                pytest.fail(f"{asked.what}: cut without an answer")
        assert response.status_code == 413, f"{asked.what}: {response.status_code}"
        judged(asked, Answer(response.status_code, response.headers, response.content))
