"""The scoring service under test, with its worker's steps at hand and feeds that tests write."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.scoring.backtests import origins, running
from services.scoring.valuing import carrying, computing
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


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[None]:
    """Compute in this process: another one takes a second to start, and has tests of its own (test_child)."""

    async def compute(*given: Any) -> Any:
        return await asyncio.to_thread(computing.compute, *given)

    async def work(_: str, head: Any, *arrays: Any) -> Any:
        return await asyncio.to_thread(origins.work, head, arrays)

    with patch.object(carrying, "compute_apart", compute), patch.object(running, "apart", work):
        yield
