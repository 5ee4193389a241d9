"""What changes leave behind: history and feed, one entry each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from services.customer.worker import run
from tests.services.customer.conftest import Create
from tests.support.running import Running


@pytest.fixture(scope="module")
async def worker(customer: Running) -> AsyncIterator[None]:
    """Run the service's worker."""
    task = asyncio.create_task(run(customer.settings))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def write(client: httpx.AsyncClient, create: Create) -> tuple[dict[str, Any], int]:
    """Create a customer, change it in every way, and return it with its version."""
    created = await create(owner="u-1", department="east", attributes={"a": 1})
    path = f"/v1/customers/{created['id']}"
    await client.patch(path, json={"owner": "u-2", "attributes": {"a": None}}, headers={"If-Match": '"1"'})
    await client.patch(path, json={"owner": "u-2"}, headers={"If-Match": '"2"'})
    await client.post(f"{path}/contact-points", json={"type": "phone", "value": "1"})
    await client.post(f"{path}/identities", json={"system": "erp", "id": created["id"]})
    await client.post("/v1/customers/batch", json={"items": [{"id": created["id"], "department": "west"}]})
    return (await client.get(path)).json(), 5


async def test_history_tells_who_changed_what(client: httpx.AsyncClient, create: Create) -> None:
    current, version = await write(client, create)
    assert current["version"] == version
    answer = await client.get(f"/v1/customers/{current['id']}/history")
    steps = answer.json()["items"]
    assert [step["version"] for step in steps] == [5, 4, 3, 2, 1]
    assert {(step["who"], step["source"]) for step in steps} == {("u-test", "test")}
    assert [sorted(step["changes"]) for step in steps][:4] == [
        ["department"],
        ["identities"],
        ["contact_points"],
        ["attributes.a", "owner"],
    ]
    assert steps[3]["changes"]["owner"] == {"from": "u-1", "to": "u-2"}
    assert steps[3]["changes"]["attributes.a"] == {"from": 1, "to": None}
    assert steps[4]["changes"]["name"] == {"from": None, "to": "Zhang Wei"}
    assert steps[0]["at"] == current["updated_at"]


async def test_history_is_read_in_pages(client: httpx.AsyncClient, create: Create) -> None:
    current, _ = await write(client, create)
    path, met, cursor = f"/v1/customers/{current['id']}/history", [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=query)).json()
        met += [step["version"] for step in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert met == [5, 4, 3, 2, 1]
    other = await create()
    foreign = await client.get(f"/v1/customers/{other['id']}/history", params={"cursor": "x"})
    assert foreign.status_code == 422


@pytest.mark.usefixtures("worker")
async def test_the_feed_tells_each_change_with_the_newest_state(
    client: httpx.AsyncClient, create: Create
) -> None:
    current, _ = await write(client, create)
    deleted = await create()
    await client.delete(f"/v1/customers/{deleted['id']}", headers={"If-Match": '"1"'})
    items = [item for item in await follow(client) if item["subject"] in {current["id"], deleted["id"]}]
    told = [(item["subject"], item["type"], item["version"]) for item in items]
    updates = [(current["id"], "customer.updated", version) for version in (2, 3, 4, 5)]
    assert told == [
        (current["id"], "customer.created", 1),
        *updates,
        (deleted["id"], "customer.created", 1),
        (deleted["id"], "customer.deleted", 2),
    ]
    assert all(item["data"] == current and item["data_version"] == 5 for item in items[:5])
    assert [(item["data"], item["deleted"]) for item in items[5:]] == [(None, True), (None, True)]
    assert {item["origin"] for item in items} == {"test"}
    assert items[-2]["changed"] == ["name"]


async def follow(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Read the feed from its floor until it is quiet."""
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 1000}
    while True:
        page = (await client.get("/v1/changes", params={**query, "wait": 1})).json()
        items += page["items"]
        if not page["items"]:
            return items
        query["after"] = page["next"]


async def test_the_snapshot_has_every_customer_once(client: httpx.AsyncClient, create: Create) -> None:
    created = await create()
    query, met = {"kind": "customer", "limit": 1000}, []
    while True:
        page = (await client.get("/v1/changes/snapshot", params=query)).json()
        met += [item for item in page["items"] if item["subject"] == created["id"]]
        if not page["next"]:
            break
        query["after"] = page["next"]
    assert [item["data"] for item in met] == [created]


async def test_history_is_narrowed_to_a_field(client: httpx.AsyncClient, create: Create) -> None:
    current, _ = await write(client, create)
    path = f"/v1/customers/{current['id']}/history"
    told = {}
    for field in ("owner", "attributes", "attributes.a", "contact_points", "region", "own"):
        steps = (await client.get(path, params={"field": field})).json()["items"]
        told[field] = [(step["version"], step["changes"]) for step in steps]
    owner = [(2, {"owner": {"from": "u-1", "to": "u-2"}}), (1, {"owner": {"from": None, "to": "u-1"}})]
    assert told["owner"] == owner
    assert told["attributes"] == told["attributes.a"]
    assert [version for version, _ in told["attributes.a"]] == [2, 1]
    assert [version for version, _ in told["contact_points"]] == [3]
    assert (told["region"], told["own"]) == ([], [])
    page = (await client.get(path, params={"field": "owner", "limit": 1})).json()
    rest = (await client.get(path, params={"field": "owner", "cursor": page["next"]})).json()
    assert [step["version"] for step in (*page["items"], *rest["items"])] == [2, 1]
    other = await client.get(path, params={"field": "region", "cursor": page["next"]})
    assert other.status_code == 422, "a cursor is for the field it was given for"
