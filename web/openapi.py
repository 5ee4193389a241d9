"""The OpenAPI 3.1 document of an application, with problems where FastAPI has its own errors."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.auth import PUBLIC
from shared.errors import (
    SCHEMA,
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
from web.hot import methods

ALWAYS = (Invalid, TooManyRequests, Unexpected, Unavailable)
OF_POLICY = (Unauthenticated, Forbidden)
OF_BODY = (MalformedJson, TooLarge, UnsupportedMediaType)
FASTAPIS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, routes: list[APIRoute]) -> dict[str, Any]:
    """Return the document; every operation declares the problems that any request like it can meet."""
    document = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in FASTAPIS:
        schemas.pop(name, None)
    schemas["Problem"] = SCHEMA
    for route in routes:
        for method in methods(route) if route.include_in_schema else ():
            _declare(document["paths"][route.path_format][method.lower()], route)
    return document


def _declare(operation: dict[str, Any], route: APIRoute) -> None:
    answers = operation["responses"]
    if "422" not in route.responses and 422 not in route.responses:
        answers.pop("422", None)
    for status, answer in documents(*_common(route)).items():
        answers.setdefault(str(status), answer)
    operation["responses"] = dict(sorted(answers.items()))


def _common(route: APIRoute) -> Iterator[type[Problem]]:
    yield from ALWAYS
    if PUBLIC not in policies(route):
        yield from OF_POLICY
    if route.dependant.body_params:
        yield from OF_BODY
    if "{" in route.path:
        yield NotFound


def policies(route: APIRoute) -> list[str]:
    """Return the policies that a route's dependencies declare."""
    found, left = [], [route.dependant]
    while left:
        dependant = left.pop()
        left.extend(dependant.dependencies)
        if (policy := getattr(dependant.call, "policy", None)) is not None:
            found.append(str(policy))
    return found
