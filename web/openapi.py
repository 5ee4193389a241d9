"""The OpenAPI 3.1 document of an application: what its routes say, and what holds for all of a kind."""

import copy
from collections.abc import Iterator
from threading import Lock
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.auth import PUBLIC
from shared.errors import (
    REF,
    SCHEMAS,
    Forbidden,
    Invalid,
    MalformedJson,
    NotFound,
    Problem,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unexpected,
    UnsupportedMediaType,
    documents,
)
from web.bounds import bound
from web.etag import ETAG
from web.hot import methods
from web.idempotency import HEADER, LONGEST, InProgress, KeyReused, RightsChanged

ALWAYS = (UnsupportedMediaType, Invalid, TooManyRequests, Unexpected, Unavailable)
OF_POLICY = (Unauthenticated, Forbidden)
OF_BODY = (MalformedJson, TooLarge)
OF_KEY = (InProgress, KeyReused, RightsChanged)
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "Yours, for this request: sent again with the same body, the same answer comes back.",
    "schema": {"type": "string", "pattern": "^[ -~]+$", "minLength": 1, "maxLength": LONGEST},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of what you hold: if it is still the current one, the answer is 304 and empty.",
    "schema": {"type": "string", "maxLength": 1_000},
}
HEADERS = {
    "ETag": {
        "description": "The version, for If-Match and If-None-Match.",
        "schema": {"type": "string", **ETAG},
    },
    "Link": {
        "description": 'The next page, as `<...>; rel="next"`, if there is one.',
        "schema": {"type": "string"},
    },
    "Location": {"description": "Where the new record is.", "schema": {"type": "string", "maxLength": 1_000}},
    "Idempotency-Replayed": {
        "description": "The answer is that of an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 3_600},
    },
}
READING = {"x-unkeyed": True}  # of a POST that changes nothing, and takes no Idempotency-Key
LIVE = {"x-live": True}  # of a GET that also tells what changes without the version: it is never 304
FIXED = {"x-fixed": True}  # of a GET of what has no version, as it never changes: it has a tag too
NOT_MODIFIED = {"description": "What you hold is current.", "headers": {"ETag": HEADERS["ETag"]}}


class Described:
    """An application's document, made when first asked for: that takes a second, which no start waits for."""

    def __init__(self, app: FastAPI, routes: list[APIRoute]) -> None:
        self._app, self._routes, self._lock, self._made = app, routes, Lock(), b""

    def __call__(self) -> bytes:
        """Return the JSON; to be called in a thread where others wait for the loop."""
        with self._lock:
            self._made = self._made or orjson.dumps(describe(self._app, self._routes))
            return self._made


def describe(app: FastAPI, routes: list[APIRoute]) -> dict[str, Any]:
    """Return the document; every operation declares the problems and headers that any like it can meet."""
    document = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own
        schemas.pop(name, None)
    schemas.update(copy.deepcopy(SCHEMAS))
    for route in routes:
        for method in methods(route) if route.include_in_schema else ():
            operation = document["paths"][route.path_format][method.lower()]
            keyed = method == "POST" and not operation.pop("x-unkeyed", False)
            _declare_problems(operation, route, keyed=keyed)
            _declare_headers(operation, schemas, method, keyed=keyed)
    bound(document)
    return document


def _declare_problems(operation: dict[str, Any], route: APIRoute, *, keyed: bool) -> None:
    answers = operation["responses"]
    if "422" not in route.responses and 422 not in route.responses:
        answers.pop("422", None)
    for status, answer in documents(*_common(route), *(OF_KEY if keyed else ())).items():
        answers[str(status)] = joined(answers.get(str(status)), answer)


def joined(first: dict[str, Any] | None, second: dict[str, Any]) -> dict[str, Any]:
    """Return one answer that describes the problems of both, each once."""
    told = [each for answer in (first, second) if answer for each in answer["description"].split("; ")]
    return {**second, **(first or {}), "description": "; ".join(dict.fromkeys(told))}


def _common(route: APIRoute) -> Iterator[type[Problem]]:
    yield from ALWAYS
    if PUBLIC not in policies(route):
        yield from OF_POLICY
    if route.dependant.body_params:
        yield from OF_BODY
    if "{" in route.path:
        yield NotFound


def _declare_headers(operation: dict[str, Any], schemas: dict[str, Any], method: str, *, keyed: bool) -> None:
    """Declare the headers that an answer has because of what it holds."""
    parameters, answers = operation.setdefault("parameters", []), operation["responses"]
    if keyed:
        parameters.append(copy.deepcopy(IDEMPOTENCY_KEY))
    for status, answer in list(answers.items()):
        held = _members(answer, schemas)
        has = {
            "ETag": "version" in held or operation.pop("x-fixed", False),
            "Link": {"items", "next"} <= held,
            "Location": status in {"201", "202"} and "id" in held,
            "Idempotency-Replayed": keyed and status < "300",
            "Retry-After": status in {"429", "503"},
        }
        headers = {name: HEADERS[name] for name, is_there in has.items() if is_there}
        if headers:
            answer["headers"] = copy.deepcopy(headers)
        if method == "GET" and "ETag" in headers and not operation.pop("x-live", False):
            parameters.append(copy.deepcopy(IF_NONE_MATCH))
            answers["304"] = copy.deepcopy(NOT_MODIFIED)
    operation["responses"] = dict(sorted(answers.items()))
    if not parameters:
        del operation["parameters"]


def _members(answer: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    content = answer.get("content", {}).get("application/json", {})
    name = str(content.get("schema", {}).get("$ref", "")).removeprefix(REF)
    return set(schemas.get(name, {}).get("properties", ()))


def policies(route: APIRoute) -> list[str]:
    """Return the policies that a route's dependencies declare."""
    found, left = [], [route.dependant]
    while left:
        dependant = left.pop()
        left.extend(dependant.dependencies)
        if (policy := getattr(dependant.call, "policy", None)) is not None:
            found.append(str(policy))
    return found
