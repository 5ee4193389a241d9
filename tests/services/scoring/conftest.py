"""The scoring service under test, with its worker's steps at hand and feeds that tests write."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.services.scoring.base import Base
from tests.support.running import Running


@pytest.fixture(scope="module")
async def scoring(service: Callable[..., Awaitable[Running]]) -> Running:
    """Run the service on a database of its own."""
    return await service("scoring")


@pytest.fixture(scope="module")
async def client(scoring: Running) -> httpx.AsyncClient:
    """Return a client that may do everything."""
    return scoring.client()


@pytest.fixture(scope="module")
def base(scoring: Running) -> Base:
    """Return what tells the service of customers and orders."""
    return Base(scoring)
