"""When a key was last used: to the minute, in batches, bounded, and through an absent database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from gateway.access import usage
from gateway.access.usage import Usage
from tests.conftest import Service
from tests.gateway.own import Own, standing

CLIENTS = "/v1/api-clients"


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture(scope="module")
async def admin(own: Own) -> httpx.AsyncClient:
    return await own.client()


async def made(own: Own, admin: httpx.AsyncClient) -> tuple[dict[str, Any], httpx.AsyncClient]:
    body = {"name": "x", "scopes": ["orders:read"]}
    client = (await admin.post(CLIENTS, json=body)).raise_for_status().json()
    return client, own.stranger(authorization=f"Bearer {client['key']}")


async def last_used(admin: httpx.AsyncClient, client: dict[str, Any]) -> str | None:
    (key,) = (await admin.get(f"{CLIENTS}/{client['id']}")).json()["keys"]
    at: str | None = key["last_used_at"]
    return at


async def test_the_last_use_is_told_to_the_minute(own: Own, admin: httpx.AsyncClient) -> None:
    client, caller = await made(own, admin)
    noted: Usage = own.running.app.state.keys.usage
    await noted.write()
    assert await last_used(admin, client) is None
    for _ in range(3):
        await caller.get("/v1/me")
    assert await last_used(admin, client) is None, "no request writes"
    await noted.write()
    at = datetime.fromisoformat(await last_used(admin, client) or "")
    assert (at.second, at.microsecond) == (0, 0)
    assert datetime.now(UTC) - at < timedelta(minutes=2)
    assert timedelta(seconds=30) > usage.EVERY, "as the documentation says"


async def test_an_older_use_that_is_written_later_changes_nothing(own: Own, admin: httpx.AsyncClient) -> None:
    client, caller = await made(own, admin)
    await caller.get("/v1/me")
    noted: Usage = own.running.app.state.keys.usage
    await noted.write()
    at = await last_used(admin, client)
    other = Usage(own.running.database.pool)
    other.noted = {client["keys"][0]["id"]: 1000}
    await other.write()
    assert await last_used(admin, client) == at


async def test_two_gateways_write_the_same_keys_at_once(own: Own, admin: httpx.AsyncClient) -> None:
    clients = [await made(own, admin) for _ in range(20)]
    ids = [client["keys"][0]["id"] for client, _ in clients]
    pool = own.running.database.pool
    for minute in range(1, 20):
        there, back = Usage(pool), Usage(pool)
        there.noted = dict.fromkeys(ids, minute)
        back.noted = dict.fromkeys(reversed(ids), minute)
        await asyncio.gather(there.write(), back.write())
    assert await last_used(admin, clients[0][0]) == "1970-01-01T00:19:00+00:00"


async def test_what_cannot_be_written_is_kept_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST", 100)
    pool = await asyncpg.create_pool("postgresql://nobody@127.0.0.1:1/none", min_size=0)
    noted = Usage(pool)
    first = uuid4()
    noted.note(first)
    for _ in range(500):
        noted.note(uuid4())
    assert len(noted.noted) == 100
    with pytest.raises(OSError, match="Connect"):
        await noted.write()
    assert first in noted.noted
    minute = noted.noted[first]
    noted.noted[first] = minute + 1  # used again before the next try
    with pytest.raises(OSError, match="Connect"):
        await noted.write()
    assert (noted.noted[first], len(noted.noted)) == (minute + 1, 100)
    await noted.close()
    assert len(noted.noted) == 100
