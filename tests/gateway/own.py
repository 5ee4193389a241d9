"""The gateway's own routes on a real database, in front of three fakes."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from gateway.access import minting
from gateway.routing import SERVICES
from tests.conftest import Service
from tests.gateway.conftest import until
from tests.gateway.fakes import Fake
from tests.support.running import Running, serving

LET_IN = """
with client as (
    insert into gateway.clients (name, principal_id, scopes, source)
    values ('test', 'u-1', $2, 'test') returning id)
insert into gateway.api_keys (digest, client_id, prefix) select $1, id, 'gx_' from client
"""


@dataclass
class Own:
    """A running gateway and what is behind it."""

    running: Running
    fakes: dict[str, Fake]
    stack: AsyncExitStack

    async def client(self, *scopes: str) -> httpx.AsyncClient:
        """Return a client whose key holds these scopes, all when none is named."""
        key = minting.mint()
        digest = minting.digest(key.encode())
        await self.running.database.pool.execute(LET_IN, digest, list(scopes) or ["*"])
        return self.stranger(authorization=f"Bearer {key}")

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """Return a client with these headers only."""
        return self.running.client(None, **headers)


@contextlib.asynccontextmanager
async def standing(service: Service) -> AsyncIterator[Own]:
    """Start it, once all fakes have been found ready."""
    async with AsyncExitStack() as stack:
        fakes = {name: Fake(name) for name in SERVICES}
        peers = {name: await stack.enter_async_context(serving(fake)) for name, fake in fakes.items()}
        running = await service("gateway", peers)
        services = running.app.state.services
        await until(lambda: not services.unready)
        yield Own(running, fakes, stack)
