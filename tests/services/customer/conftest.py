"""The customer service under test, and callers of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Visibility
from tests.support.running import ANYBODY, Running

Create = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
async def customer(service: Callable[..., Awaitable[Running]]) -> Running:
    """Run the service on a database of its own."""
    return await service("customer")


@pytest.fixture
async def client(customer: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that may do everything."""
    async with customer.client() as client:
        yield client


@pytest.fixture
async def seller(customer: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that sees only what it owns, as "u-seller"."""
    async with customer.client(replace(ANYBODY, id="u-seller", visibility=Visibility.OWN)) as client:
        yield client


@pytest.fixture
async def desk(customer: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that sees only its department, "east"."""
    principal = replace(ANYBODY, id="u-desk", visibility=Visibility.DEPARTMENT, department="east")
    async with customer.client(principal) as client:
        yield client


@pytest.fixture
def create(client: httpx.AsyncClient) -> Create:
    """Return a function that creates a customer and returns it."""

    async def create(**fields: object) -> dict[str, Any]:
        answer = await client.post("/v1/customers", json={"name": "Zhang Wei", **fields})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    return create


@pytest.fixture
def name() -> dict[str, str]:
    """Return an identity that nobody has."""
    return {"system": "erp", "id": uuid4().hex}
