"""The worker: what it forgets."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from services.customer.worker import run
from tests.support.running import Running


async def test_keys_are_forgotten_after_a_week(client: httpx.AsyncClient, customer: Running) -> None:
    pool, old, new = customer.database.pool, uuid4().hex, uuid4().hex
    for key, age in ((old, timedelta(days=8)), (new, timedelta(days=6))):
        customer.core.clock = lambda age=age: datetime.now(UTC) - age
        await client.post("/v1/customers", json={"name": "x"}, headers={"Idempotency-Key": key})
    customer.core.clock = lambda: datetime.now(UTC)
    worker = asyncio.create_task(run(customer.settings))
    for _ in range(200):
        kept = await pool.fetch("select key from customer.idempotency where key = any($1)", [old, new])
        if len(kept) == 1:
            break
        await asyncio.sleep(0.05)
    worker.cancel()
    assert [row["key"] for row in kept] == [new]
