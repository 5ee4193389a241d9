"""The sample application, running once for each test module."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.running import Running
from tests.web import sample


@pytest.fixture(scope="module")
async def running(keys: Path) -> AsyncIterator[Running]:
    async with sample.sampled(sample.settings_of(keys, max_body=100_000)) as running:
        yield running


@pytest.fixture(scope="module")
async def api(running: Running) -> httpx.AsyncClient:
    return running.client()
