"""Fixtures: the interaction service beside a customer service that the test writes itself."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from feed.consumer import Follower
from services.interaction.base import FEED
from services.interaction.following import KINDS, apply, sweep
from shared.auth import Principal, Signer
from tests.conftest import Service
from tests.services.interaction.peer import Peer
from tests.services.interaction.working import Work, worker
from tests.support.running import Running, serving
from web.clients import ServiceClient


@pytest.fixture(scope="module")
async def peer() -> AsyncIterator[Peer]:
    """The customer service, as interaction sees it."""
    made = Peer()
    async with serving(made.app) as made.url:
        yield made


@pytest.fixture(scope="module")
async def interaction(service: Service, peer: Peer) -> Running:
    """The service under test."""
    running = await service("interaction", peers={"customer": peer.url})
    running.app.state.customers.patience = 5.0  # the test's machine may be busy
    return running


@pytest.fixture
async def client(interaction: Running, peer: Peer) -> httpx.AsyncClient:
    """Somebody who may do everything; the peer is up, and nobody remembers that it was not."""
    peer.down = False
    interaction.app.state.customers._quiet_until = 0.0
    return interaction.client()


@pytest.fixture
async def follower(interaction: Running, peer: Peer) -> AsyncIterator[Follower]:
    """The worker's follower of customer's feed, moved by hand: `await follower.step()`."""
    signer = Signer.load(interaction.settings.keys, "interaction")
    asking = Principal.of_service("interaction", "feed:read")
    async with ServiceClient(peer.url, signer, asking) as asks:
        yield Follower(FEED, "customer", asks, interaction.database, apply, types=KINDS, sweep=sweep)


@pytest.fixture
def work(interaction: Running) -> Work:
    """What else the worker does, by hand: it is to be awaited as a function."""
    return worker(interaction)


def name(prefix: str = "C") -> str:
    """Return an id that no other test uses."""
    return f"{prefix}-{uuid4().hex[:12]}"


def contact(customer: Any, **more: Any) -> dict[str, Any]:
    """Return an interaction to record."""
    return {"customer": customer, "channel": "phone", "occurred_at": "2026-03-01T09:30:00Z", **more}
