"""A service that runs in the test's own process: real HTTP over a Unix socket, a clock that can be set."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.auth import HEADER, Principal, Signer
from shared.database import Database
from shared.settings import Settings
from tests.support.tls import TLS
from web.app import Core

ENDING_S = 1  # whoever still waits for changes is not waited for
KEPT_S = 600  # a connection lasts while its test does something else for long
ANYBODY = Principal("u-test", frozenset(("*",)), source="test")


@dataclass
class Running:
    """One service under test."""

    app: FastAPI
    settings: Settings
    url: str
    stack: AsyncExitStack = field(repr=False)

    @property
    def core(self) -> Core:
        """What the process holds; `core.clock` may be set."""
        return cast("Core", self.app.state.core)

    @property
    def database(self) -> Database:
        """The service's own pool."""
        return self.core.database

    def client(self, principal: Principal | None = ANYBODY, **headers: str) -> httpx.AsyncClient:
        """Return a client whose requests the gateway has signed for the principal; None signs nothing.

        It is closed with the service. Its token lives 90 s.
        """
        signed = {} if principal is None else {HEADER: self.signer.token(principal)}
        client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=self.url.removeprefix("unix:"), verify=TLS),
            base_url="http://service",
            headers={**signed, **headers},
            timeout=30,
        )
        self.stack.push_async_callback(client.aclose)
        return client

    @property
    def signer(self) -> Signer:
        """The gateway's signer, which may speak for anybody."""
        return Signer.load(self.settings.keys, "gateway")


@asynccontextmanager
async def run(app: FastAPI, settings: Settings) -> AsyncIterator[Running]:
    """Serve an application of ours until the block ends."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(app))
        yield Running(app, settings, url, stack)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Run uvicorn as a task on a Unix socket; give the address."""
    with tempfile.TemporaryDirectory(prefix="gx") as folder:
        socket = Path(folder) / "s.sock"
        config = uvicorn.Config(
            app,
            uds=str(socket),
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEPT_S,
            timeout_graceful_shutdown=ENDING_S,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            if task.done():
                task.result()
                raise RuntimeError("the application did not start")
            await asyncio.sleep(0.005)
        try:
            yield f"unix:{socket}"
        finally:
            server.should_exit = True
            await task


class _Server(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
