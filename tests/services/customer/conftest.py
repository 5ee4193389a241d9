"""The customer service under test, and callers of it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.running import Running


@pytest.fixture(scope="module")
async def customer(service: Callable[..., Awaitable[Running]]) -> Running:
    """Run the service on a database of its own."""
    return await service("customer")


@pytest.fixture(scope="module")
async def client(customer: Running) -> httpx.AsyncClient:
    """Return a client that may do everything."""
    return customer.client()
