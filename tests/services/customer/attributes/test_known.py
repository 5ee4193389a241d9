"""What a process knows of custom fields: within a second what another one has defined, at no cost a row."""

import asyncio
from typing import Any

import httpx
import pytest

from services.customer.attributes import known as module
from services.customer.attributes.known import FRESH_S, known
from shared.database import Database
from shared.statements import Statement
from tests.support.running import Running

FIELD = {"code": "k_size", "type": "integer", "label": {"en": "Size"}}


async def test_another_process_knows_within_a_second(customer: Running, client: httpx.AsyncClient) -> None:
    other = await Database.open(customer.settings)
    try:
        before = await known(other)
        assert "k_size" not in before.fields
        assert await known(other) is before
        made = await client.post("/v1/custom-fields", json=FIELD)
        assert made.status_code == 201, made.text
        await asyncio.sleep(FRESH_S)
        after = await known(other)
        assert after.fields["k_size"].type == "integer"
        await asyncio.sleep(FRESH_S)
        assert await known(other) is after, "what has not changed is not made anew"
        path = f"/v1/custom-fields/{made.json()['id']}"
        await client.delete(path, headers={"If-Match": '"1"'})
        await asyncio.sleep(FRESH_S)
        assert (await known(other)).fields["k_size"].retired
    finally:
        await other.close()


async def test_a_batch_asks_once(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = Statement.one

    async def counted(self: Statement, *on: Any, **given: Any) -> Any:
        asked.append(self is module.READ)
        return await read(self, *on, **given)

    monkeypatch.setattr(Statement, "one", counted)
    rows = [{"name": f"Row {number}", "attributes": {"k_other": number}} for number in range(300)]
    done = await client.post("/v1/customers/batch", json={"items": rows})
    assert done.json()["counts"]["created"] == 300
    assert sum(asked) <= 1
