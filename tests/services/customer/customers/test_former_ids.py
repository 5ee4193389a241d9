"""Ids whose records were merged away: whatever asks with one means the customer that it is now."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.support.running import Running

BIRTHDAY = {"occasion": "birthday", "month": 8, "day": 15}


@pytest.fixture
async def merged(client: httpx.AsyncClient, create: Create, customer: Running) -> tuple[str, dict[str, Any]]:
    """An old id with a birthday and the customer, with another, that it means now, as a merge leaves them."""
    old, now = await create(region="West"), await create(owner="u-seller")
    for each in (old, now):
        made = await client.post(f"/v1/customers/{each['id']}/important-dates", json=BIRTHDAY)
        assert made.status_code == 201
    async with customer.database.pool.acquire() as on, on.transaction():
        await on.execute("update customer.customers set deleted_at = now() where id = $1", old["id"])
        await on.execute(
            "update customer.customers set merged_ids = array[$1::uuid] where id = $2", old["id"], now["id"]
        )
        await on.execute("insert into customer.former_ids values ($1, $2, $3)", old["id"], now["id"], uuid4())
    return old["id"], (await client.get(f"/v1/customers/{now['id']}")).json()


async def test_reads_by_an_old_id_answer_for_the_customer(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, merged: tuple[str, dict[str, Any]]
) -> None:
    old, now = merged
    read = await client.get(f"/v1/customers/{old}")
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, now, '"1"')
    assert now["merged_ids"] == [old]
    for who in (client, seller):
        dates = (await who.get(f"/v1/customers/{old}/important-dates")).json()["items"]
        assert {each["customer_id"] for each in dates} == {old, now["id"]}
        assert (await who.get(f"/v1/important-dates/{dates[0]['id']}")).json() == dates[0]
    history = (await client.get(f"/v1/customers/{now['id']}/history")).json()["items"]
    assert [each["subject"] for each in history] == [now["id"], old]
    first = (await client.get(f"/v1/customers/{old}/history?limit=1")).json()
    rest = (await client.get(f"/v1/customers/{old}/history?limit=1&cursor={first['next']}")).json()
    assert [*first["items"], *rest["items"]] == history


async def test_an_old_id_is_resolved(client: httpx.AsyncClient, merged: tuple[str, dict[str, Any]]) -> None:
    old, now = merged
    items = [{"id": old}, {"id": now["id"]}, {"id": str(uuid4())}, {"id": "x"}, {"system": "erp", "id": old}]
    answer = await client.post("/v1/identities/resolve", json={"items": items})
    found = [each["customer_id"] for each in answer.json()["results"]]
    assert found == [now["id"], now["id"], None, None, None]


async def test_writes_by_an_old_id_reach_the_customer(
    client: httpx.AsyncClient, merged: tuple[str, dict[str, Any]]
) -> None:
    old, now = merged
    path = f"/v1/customers/{old}"
    stale = await client.patch(path, json={"region": "East"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    changed = await client.patch(path, json={"region": "East"}, headers={"If-Match": '"1"'})
    assert (changed.json()["id"], changed.json()["region"]) == (now["id"], "East")
    rows = [{"id": old, "region": "North"}, {"id": now["id"], "owner": "u-2"}]
    batch = (await client.post("/v1/customers/batch", json={"items": rows})).json()
    assert [each["outcome"] for each in batch["results"]] == ["updated", "updated"]
    name = {"system": "erp", "id": uuid4().hex}
    assert (await client.post(f"{path}/identities", json=name)).status_code == 201
    whole = (await client.get(path)).json()
    assert (whole["region"], whole["owner"], whole["identities"][0]["id"]) == ("North", "u-2", name["id"])


async def test_merged_ids_are_read_only_and_may_be_echoed(
    client: httpx.AsyncClient, merged: tuple[str, dict[str, Any]]
) -> None:
    _, now = merged
    path, match = f"/v1/customers/{now['id']}", {"If-Match": '"1"'}
    echo = await client.patch(path, json=now, headers=match)
    assert (echo.status_code, echo.json()["version"]) == (200, 1)
    forged = await client.patch(path, json={"merged_ids": [str(uuid4())]}, headers=match)
    assert forged.json()["errors"][0]["pointer"] == "/merged_ids"
