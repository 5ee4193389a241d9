"""Concurrent writers through the whole system: one effect per key, no lost update, all in the feed once."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.system import System
from tests.support.tls import TLS


@pytest.fixture
async def many(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """A client with room for many connections."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    headers = {"Authorization": f"Bearer {system.key}"}
    async with httpx.AsyncClient(
        base_url=system.address, headers=headers, limits=limits, timeout=60, verify=TLS
    ) as client:
        yield client


async def changes_of(client: httpx.AsyncClient, subject: str) -> list[dict[str, Any]]:
    """Follow the merged feed from its beginning to its end; return what concerns one record."""
    found, after = [], None
    while True:
        answer = await client.get(
            "/v1/changes", params={"limit": 2000, **({"after": after} if after else {})}
        )
        body = answer.raise_for_status().json()
        found += [item for item in body["items"] if item["subject"] == subject]
        after = body["next"]
        if body["up_to_date"] and not body["missing"]:
            return found


async def test_a_hundred_posts_with_one_key_make_one_record_and_one_change(many: httpx.AsyncClient) -> None:
    marker, key = uuid4().hex, {"Idempotency-Key": uuid4().hex}
    body = {"kind": "person", "name": "一次", "region": marker}
    answers = await asyncio.gather(*(many.post("/v1/customers", json=body, headers=key) for _ in range(100)))
    said = Counter(answer.status_code for answer in answers)
    assert set(said) <= {201, 409}, said
    assert said[201] >= 1
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1

    again = await many.post("/v1/customers", json=body, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    other = await many.post("/v1/customers", json={**body, "name": "another"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    listed = (await many.get("/v1/customers", params={"region": marker})).json()["items"]
    assert [item["id"] for item in listed] == [again.json()["id"]]
    await asyncio.sleep(0.2)
    changes = await changes_of(many, again.json()["id"])
    assert [change["type"] for change in changes if change["source"] == "/customer"] == ["customer.created"]


async def test_fifty_clients_increment_twenty_times_each_and_nothing_is_lost(
    system: System, many: httpx.AsyncClient
) -> None:
    start = {"kind": "person", "name": "Counter", "attributes": {"n": 0}}
    created = (await many.post("/v1/customers", json=start)).raise_for_status()
    url = f"/v1/customers/{created.json()['id']}"
    refused = sum(await asyncio.gather(*(increments(system, url, many.headers, 20) for _ in range(50))))
    final = (await many.get(url)).json()
    assert final["attributes"]["n"] == 1_000
    assert final["version"] == 1_001
    assert refused > 0, "nobody ever raced: this test showed nothing"


async def increments(system: System, url: str, headers: httpx.Headers, times: int) -> int:
    """Increment over one connection, as one client does; return how often it had to read again."""
    refused = 0
    options: dict[str, Any] = {"base_url": system.address, "headers": headers, "timeout": 60, "verify": TLS}
    async with httpx.AsyncClient(**options) as client:
        while times:
            began = time.monotonic()
            now = await client.get(url)
            patch = {"attributes": {"n": now.json()["attributes"]["n"] + 1}}
            done = await client.patch(url, json=patch, headers={"If-Match": now.headers["etag"]})
            if done.status_code == 200:
                times -= 1
                continue
            assert done.status_code in {412, 503}, done.text
            refused += 1
            took = time.monotonic() - began
            await asyncio.sleep(random.uniform(0, 60 * took))  # noqa: S311 - nearly all others may go first
    return refused


async def test_one_order_sent_by_twenty_at_once_is_one_order(many: httpx.AsyncClient) -> None:
    source = {"system": "erp", "id": uuid4().hex}
    order = {
        "customer": {"system": "erp", "id": uuid4().hex},
        "source": source,
        "placed_at": "2026-03-01T09:30:00Z",
        "currency": "CNY",
        "status": "confirmed",
        "lines": [{"quantity": "1", "amount": "10.00"}],
    }
    answers = await asyncio.gather(*(many.post("/v1/orders", json=order) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.json()["id"] for answer in answers}) == 1
