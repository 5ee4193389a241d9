"""Two gateway processes on one database: what ends at one has ended at the other within five seconds."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from guanxi.parts import ROOT
from tests.conftest import PARTS, Service
from tests.gateway.own import Own, standing
from tests.support.tls import TLS

CLIENTS, PROMISED_S = "/v1/api-clients", 5.0
Ask = Callable[[str], httpx.AsyncClient]


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture(scope="module")
async def admin(own: Own) -> httpx.AsyncClient:
    return await own.client()


@asynccontextmanager
async def process(own: Own, folder: Path) -> AsyncIterator[Ask]:
    """Run another gateway; give a function that makes clients of it by their keys."""
    settings, address = own.running.settings, folder / "b.sock"
    environ = {
        **os.environ,
        **{f"GUANXI_{part.upper()}_URL": f"unix:/nowhere/{part}.sock" for part in PARTS},
        "GUANXI_GATEWAY_DATABASE_URL": settings.database_url,
        "GUANXI_KEYS": str(settings.keys),
        "GUANXI_SECRET": "5e" * 32,
        "GUANXI_LISTEN": f"unix:{address}",
        "PYTHONPATH": str(ROOT),
    }
    clients: list[httpx.AsyncClient] = []

    def ask(key: str) -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(uds=str(address), verify=TLS)
        headers = {"authorization": f"Bearer {key}"}
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://b", headers=headers, timeout=30)
        )
        return clients[-1]

    command = (sys.executable, "-m", "guanxi", "serve", "gateway")
    with (folder / "b.log").open("wb") as log:
        other = await asyncio.create_subprocess_exec(*command, env=environ, cwd=ROOT, stderr=log, stdout=log)
    try:
        async with asyncio.timeout(30):
            while not address.exists():  # noqa: ASYNC110 - a file of another process
                await asyncio.sleep(0.02)
        yield ask
    finally:
        for client in clients:
            await client.aclose()
        other.terminate()
        await other.wait()


@pytest.fixture(scope="module")
async def elsewhere(own: Own, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ask]:
    async with process(own, tmp_path_factory.mktemp("b")) as ask:
        yield ask


async def made(admin: httpx.AsyncClient) -> dict[str, Any]:
    body = {"name": "x", "scopes": ["feed:read"]}
    return dict((await admin.post(CLIENTS, json=body)).raise_for_status().json())


async def until(client: httpx.AsyncClient, path: str, status: int) -> float:
    """Ask again and again until the answer has the status; return how long that took."""
    began = time.monotonic()
    while (answer := await client.get(path)).status_code != status:
        assert time.monotonic() - began < PROMISED_S, f"still {answer.status_code}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def test_what_ends_here_has_ended_there_in_time(
    own: Own, admin: httpx.AsyncClient, elsewhere: Ask, record_property: Callable[[str, object], None]
) -> None:
    """All at once: a key, a client, a rotated key and narrowed rights, each believed there for seconds."""
    ends = {"key": key_ends, "client": client_ends, "rotation": rotated, "narrowed": narrowed}
    took = await asyncio.gather(*(end(own, admin, elsewhere) for end in ends.values()))
    for what, seconds in zip(ends, took, strict=True):
        record_property(f"{what}: refused elsewhere after seconds", seconds)


async def key_ends(own: Own, admin: httpx.AsyncClient, elsewhere: Ask) -> float:
    client = await made(admin)
    path = f"{CLIENTS}/{client['id']}/keys/{client['keys'][0]['id']}"
    return await refused(own, elsewhere, client["key"], partial(admin.delete, path))


async def client_ends(own: Own, admin: httpx.AsyncClient, elsewhere: Ask) -> float:
    client = await made(admin)
    end = partial(admin.delete, f"{CLIENTS}/{client['id']}", headers={"If-Match": '"1"'})
    return await refused(own, elsewhere, client["key"], end)


async def rotated(own: Own, admin: httpx.AsyncClient, elsewhere: Ask) -> float:
    client = await made(admin)
    path = f"{CLIENTS}/{client['id']}/keys/{client['keys'][0]['id']}/rotate"
    return await refused(own, elsewhere, client["key"], partial(admin.post, path, json={"overlap_s": 0}))


async def refused(own: Own, elsewhere: Ask, key: str, end: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Let a key end; return after how many seconds it was refused there."""
    there, here = elsewhere(key), own.stranger(authorization=f"Bearer {key}")
    assert (await there.get("/v1/me")).status_code == 200, "and now it believes the key for seconds"
    answer = await end()
    assert answer.is_success, answer.text
    assert (await here.get("/v1/me")).status_code == 401, "here at once"
    return await until(there, "/v1/me", 401)


async def narrowed(_: Own, admin: httpx.AsyncClient, elsewhere: Ask) -> float:
    client = await made(admin)
    there = elsewhere(client["key"])
    assert (await there.get("/v1/changes")).status_code != 403
    patch = {"scopes": ["orders:read"]}
    tag = {"If-Match": '"1"'}
    assert (await admin.patch(f"{CLIENTS}/{client['id']}", json=patch, headers=tag)).status_code == 200
    return await until(there, "/v1/changes", 403)


async def test_a_believed_key_makes_no_successor_there(admin: httpx.AsyncClient, elsewhere: Ask) -> None:
    body = {"name": "x", "scopes": ["access:admin", "feed:read"]}
    client = (await admin.post(CLIENTS, json=body)).raise_for_status().json()
    there = elsewhere(client["key"])
    assert (await there.get("/v1/me")).status_code == 200
    path = f"{CLIENTS}/{client['id']}"
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await there.get("/v1/me")).status_code == 200, "it is believed still"
    for at, given in ((CLIENTS, body), (f"{path}/keys", {})):
        assert (await there.post(at, json=given)).status_code == 401


async def test_an_expiry_holds_there_to_the_second(admin: httpx.AsyncClient, elsewhere: Ask) -> None:
    client = await made(admin)
    there = elsewhere(client["key"])
    key = client["keys"][0]["id"]
    rotate = f"{CLIENTS}/{client['id']}/keys/{key}/rotate"
    assert (await admin.post(rotate, json={"overlap_s": 2})).status_code == 201
    assert (await there.get("/v1/me")).status_code == 200
    assert await until(there, "/v1/me", 401) < 2.5
