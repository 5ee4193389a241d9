"""The timeline: complete, in order, once, whatever happens between two pages."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from feed.consumer import Follower
from services.interaction.timeline.kinds import SCOPES
from services.interaction.timeline.queries import Shape, timeline
from services.interaction.timeline.schemas import TimelinePage
from shared.auth import Principal
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import ANYBODY, Running


def key(value: str) -> dict[str, str]:
    return {"system": "erp", "id": value}


def at(second: int) -> str:
    return f"2026-03-01T09:00:{second:02}Z"


async def fill(client: httpx.AsyncClient, customer: Any, turns: int = 4) -> list[str]:
    """Record every kind of fact at few, often equal, times; return their ids."""
    line = [{"amount": "1"}]
    rows: dict[str, list[dict[str, Any]]] = {
        "interactions": [
            contact(customer, occurred_at=at(n // 3), subject=f"c{n}") for n in range(3 * turns)
        ],
        "orders": [
            {"customer": customer, "placed_at": at(n // 2), "currency": "CNY", "lines": line}
            for n in range(2 * turns)
        ],
        "payments": [
            {"customer": customer, "paid_at": at(n), "amount": "1", "currency": "CNY"} for n in range(turns)
        ],
        "returns": [
            {"customer": customer, "returned_at": at(n), "currency": "CNY", "lines": line}
            for n in range(turns)
        ],
    }
    ids = []
    for path, items in rows.items():
        answer = await client.post(f"/v1/{path}/batch", json={"items": items})
        ids += [each["id"] for each in answer.json()["results"]]
    return ids


async def pages(client: httpx.AsyncClient, path: str, **params: Any) -> AsyncIterator[list[dict[str, Any]]]:
    url: str | None = path
    while url:
        answer = await client.get(url, params=params if url == path else None)
        assert answer.status_code == 200, answer.text
        TimelinePage.model_validate(answer.json())
        yield answer.json()["items"]
        url = answer.links.get("next", {}).get("url")


async def read(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    return [item async for page in pages(client, path, **params) for item in page]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_pages_of_any_size_show_everything_once_in_order(client: httpx.AsyncClient, limit: int) -> None:
    customer = name()
    ids = await fill(client, key(customer))
    items = await read(client, f"/v1/customers/erp:{customer}/timeline", limit=limit)
    assert [item["id"] for item in items] == [
        item["id"] for item in sorted(items, key=lambda i: (i["occurred_at"], UUID(i["id"])), reverse=True)
    ]
    assert sorted(item["id"] for item in items) == sorted(ids)


async def test_an_item_shows_its_record(client: httpx.AsyncClient) -> None:
    customer = name()
    await fill(client, key(customer), 1)
    for item in await read(client, f"/v1/customers/erp:{customer}/timeline"):
        path = f"/v1/{item['kind']}s/{item['id']}"
        assert item["data"] == (await client.get(path)).json()
        assert (item["channel"] == "phone") == (item["kind"] == "interaction")
    texts = {
        item["kind"]: item["summary"] for item in await read(client, f"/v1/customers/erp:{customer}/timeline")
    }
    assert texts == {"interaction": "c0", "order": "1.00 CNY", "payment": "1.00 CNY", "return": "1.00 CNY"}


async def test_the_histories_of_all_ids_are_one(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    names = [name() for _ in range(3)]
    ids = [each for some in names for each in await fill(client, key(some), 2)]
    customer = peer.put(*names)
    for _ in range(2):
        await follower.step()
    ids += await fill(client, str(customer), 2)
    items = await read(client, f"/v1/customers/{customer}/timeline", limit=5)
    order = [(item["occurred_at"], UUID(item["id"])) for item in items]
    assert order == sorted(order, reverse=True)
    assert sorted(item["id"] for item in items) == sorted(ids)


async def test_what_arrives_while_one_reads_neither_hides_nor_repeats(client: httpx.AsyncClient) -> None:
    customer = name()
    ids = await fill(client, key(customer), 6)
    seen: list[str] = []
    async for page in pages(client, f"/v1/customers/erp:{customer}/timeline", limit=4):
        seen += [item["id"] for item in page]
        await fill(client, key(customer), 1)
    assert len(seen) == len(set(seen))
    assert set(ids) <= set(seen)


async def test_readers_and_writers_at_once(client: httpx.AsyncClient) -> None:
    customer = name()
    path = f"/v1/customers/erp:{customer}/timeline"
    ids = set(await fill(client, key(customer), 2))
    written, *reads = await asyncio.gather(
        fill(client, key(customer), 3), *(read(client, path, limit=3) for _ in range(4))
    )
    for items in reads:
        found = [item["id"] for item in items]
        assert len(found) == len(set(found))
        assert ids <= set(found) <= ids | set(written)


async def test_kinds_and_channels_narrow(client: httpx.AsyncClient, interaction: Running) -> None:
    customer = name()
    await fill(client, key(customer), 2)
    await client.post("/v1/interactions", json=contact(key(customer), channel="email"))
    path = f"/v1/customers/erp:{customer}/timeline"

    async def kinds(who: httpx.AsyncClient = client, **params: Any) -> list[str]:
        return sorted({item["kind"] for item in await read(who, path, limit=2, **params)})

    assert await kinds() == ["interaction", "order", "payment", "return"]
    assert await kinds(kinds="order,return") == ["order", "return"]
    assert len(await read(client, path, channel="email")) == 1
    assert await read(client, path, channel="email", kinds="order") == []
    no_orders = interaction.client(Principal("u-1", frozenset(("interactions:read",))))
    assert await kinds(no_orders) == ["interaction"]
    assert (await client.get(path, params={"kinds": "order,lunch"})).status_code == 422


async def test_nobody_has_no_timeline(client: httpx.AsyncClient, peer: Peer) -> None:
    for reference in (uuid4(), f"erp:{name()}", "nonsense"):
        assert (await client.get(f"/v1/customers/{reference}/timeline")).status_code == 404
    known = name()
    fresh = peer.put(known)
    for reference in (fresh, f"erp:{known}"):
        answer = await client.get(f"/v1/customers/{reference}/timeline")
        assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None, "previous": None})


async def test_a_cursor_belongs_to_its_list(client: httpx.AsyncClient) -> None:
    customer, other = name(), name()
    for each in (customer, other):
        await fill(client, key(each), 1)
    page = (await client.get(f"/v1/customers/erp:{customer}/timeline", params={"limit": 1})).json()
    for path, params in ((other, {}), (customer, {"kinds": "order"})):
        foreign = {"cursor": page["next"], **params}
        answer = await client.get(f"/v1/customers/erp:{path}/timeline", params=foreign)
        assert answer.status_code == 422


MANY = """
insert into interaction.interactions
  (customer_id, id, occurred_at, channel, direction, recorded_by, version, attributes, created_at, updated_at)
select case when g % 2 = 0 then $1 else md5((g % 151)::text)::uuid end, gen_random_uuid(),
  now() + g * interval '1s',
  'phone', 'none', 'x', 1, '{}', now(), now()
from generate_series(1, 8000) g
"""


@pytest.mark.parametrize("shape", [Shape(frozenset(SCOPES)), Shape(frozenset(SCOPES), ascending=True)])
async def test_a_page_reads_no_further_than_it_shows(
    client: httpx.AsyncClient, interaction: Running, shape: Shape
) -> None:
    customer = name()
    (made, *_) = await fill(client, key(customer), 1)
    pool = interaction.database.pool
    of = await pool.fetchval("select customer_id from interaction.interactions where id = $1", UUID(made))
    await pool.execute(MANY, of)
    await pool.execute("analyze interaction.interactions")
    sql = timeline(shape).statement(ANYBODY, {}).sql
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local plan_cache_mode = force_generic_plan")  # which any plan becomes
        await connection.execute(f"prepare page as {sql}")
        told = await connection.fetchval(f"explain (analyze, format json) execute page(21, '{of}')")
        await connection.execute("deallocate page")
    (plan,) = orjson.loads(orjson.dumps(told))
    assert max(_read(plan["Plan"])) <= 21


def _read(plan: dict[str, Any]) -> Iterator[float]:
    """How many rows each scan of a plan has read."""
    yield plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0)
    for part in plan.get("Plans", ()):
        yield from _read(part)
