"""Custom fields under test: defined for one test, and retired after it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

Define = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def define(client: httpx.AsyncClient) -> AsyncIterator[Define]:
    """Return a function that defines a field, which is retired after the test."""
    made = []

    async def define(code: str, type: str, **more: object) -> dict[str, Any]:  # noqa: A002 - the member's name
        answer = await client.post(
            "/v1/custom-fields", json={"code": code, "type": type, "label": {"en": code}, **more}
        )
        assert answer.status_code == 201, answer.text
        made.append(answer.headers["location"])
        field: dict[str, Any] = answer.json()
        return field

    yield define
    for path in made:
        if tag := (await client.get(path)).headers.get("etag"):
            assert (await client.delete(path, headers={"If-Match": tag})).status_code == 204
    settings = await client.get("/v1/custom-field-settings")
    await client.put(
        "/v1/custom-field-settings",
        json={"undeclared": "allowed"},
        headers={"If-Match": settings.headers["etag"]},
    )


def at(field: dict[str, Any]) -> str:
    """Return the path of a field."""
    return f"/v1/custom-fields/{field['id']}"
