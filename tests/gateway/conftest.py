"""A gateway on a loopback port in front of a service that misbehaves on demand."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from starlette.types import ASGIApp

from gateway.access import minting
from gateway.access.keys import Caller, Credential, Keys
from gateway.limits import Bucket
from gateway.proxy import Gateway
from gateway.routing import SERVICES
from gateway.settings import Door
from gateway.upstream import Upstream
from shared.auth import Principal, Signer
from tests.gateway.stub import Stub, stub
from tests.support.tls import TLS
from web.server import Protocol

KEY = minting.mint()
SIGNING = Ed25519PrivateKey.generate()


class KnownKeys(Keys):
    """Keys whose store is a dict: the proxy's tests need no database."""

    def __init__(self) -> None:
        self.stored: dict[bytes, Caller] = {}
        signer = Signer("gateway", SIGNING)
        super().__init__(None, signer)  # type: ignore[arg-type]  # never asked
        self.add(KEY, 5000)

    def add(self, key: str, rate: int) -> None:
        who = Principal(f"u-{rate}", frozenset(["*"]))
        credential = Credential(uuid4(), "test", uuid4(), None)
        self.stored[minting.digest(key.encode())] = Caller(who, Bucket(rate), self.signer, credential)

    async def _ask(self, digest: bytes) -> Caller | None:
        return self.stored.get(digest)


@dataclass
class Front:
    """A running gateway: its app, its address, a client with the key."""

    gateway: Gateway
    port: int
    client: httpx.AsyncClient
    stub: Stub
    keys: KnownKeys

    async def raw(self, request: bytes, *, until_close: bool = True) -> bytes:
        """Send bytes as they are and return all that comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        await writer.drain()
        try:
            async with asyncio.timeout(5):
                return await (reader.read() if until_close else reader.read(65536))
        finally:
            writer.close()


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that has no event to wait for; TimeoutError when it does not come."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - counters and flags of other parties
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """Serve an app by uvicorn on a free port; at the end it is cut off, which is quicker than asking it."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", http=Protocol)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    await until(lambda: server.started)
    try:
        yield sock.getsockname()[1]
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        for door in server.servers:
            door.close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()


@contextlib.asynccontextmanager
async def opened(service: Stub, door: Door) -> AsyncIterator[Front]:
    """Put a gateway with these settings in front of one stub for all services."""
    upstreams = {name: Upstream(name, service.address) for name in SERVICES}
    gateway, keys = Gateway(FastAPI(), upstreams, door), KnownKeys()
    gateway.keys = keys
    async with listening(gateway) as port:
        base = f"http://127.0.0.1:{port}"
        headers = {"authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30, verify=TLS) as client:
            yield Front(gateway, port, client, service, keys)
    for upstream in upstreams.values():
        await upstream.close()


@pytest.fixture
async def misbehaving(tmp_path: Path) -> AsyncIterator[Stub]:
    async with stub(tmp_path) as made:
        yield made


@pytest.fixture
async def front(misbehaving: Stub) -> AsyncIterator[Front]:
    async with opened(misbehaving, Door(answer_ms=2_000, max_body=1 << 20)) as made:
        yield made
