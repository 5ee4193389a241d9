"""The merged feed: nothing lost, nothing doubled, order inside a source, whatever is down."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient

FEED = "/v1/changes"


@pytest.fixture(scope="module")
async def whole(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture
def own(whole: Own) -> Own:
    """Give every test sources without a past."""
    for fake in whole.fakes.values():
        fake.changes.clear()
        fake.faults.clear()
        fake.asked.clear()
        fake.expired = False
    return whole


@pytest.fixture(scope="module")
async def reader(whole: Own) -> Client:
    return await whole.client("feed:read")


async def page(reader: Client, after: str | None = None, **params: object) -> dict[str, Any]:
    given = {name: str(value) for name, value in {**params, "after": after}.items() if value is not None}
    answer = await reader.get(FEED, params=given)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def drain(reader: Client, after: str | None = None, **params: object) -> tuple[list[Any], str]:
    items: list[Any] = []
    for _ in range(1000):
        found = await page(reader, after, **params)
        assert len(found["items"]) <= int(str(params.get("limit", 500)))
        items += found["items"]
        after = found["next"]
        if found["up_to_date"]:
            return items, str(after)
    raise AssertionError("the feed has no end")


def of(items: list[Any], source: str) -> list[str]:
    return [item["id"] for item in items if item["source"] == f"/{source}"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 2000])
async def test_every_change_comes_once_in_the_order_of_its_source(
    own: Own, reader: Client, limit: int
) -> None:
    counts = {"customer": 20, "interaction": 3, "scoring": 11}
    for (name, count), kind in zip(
        counts.items(), ("customer.created", "order.created", "score.created"), strict=True
    ):
        own.fakes[name].tell(kind, count)
    items, after = await drain(reader, limit=limit)
    for name, count in counts.items():
        assert of(items, name) == [f"e:{n}" for n in range(1, count + 1)]
    assert (await page(reader, after))["items"] == []
    own.fakes["scoring"].tell("score.updated")
    assert of((await drain(reader, after, limit=limit))[0], "scoring") == ["e:12"]


async def test_a_source_that_is_down_stays_where_it_was_and_is_named(own: Own, reader: Client) -> None:
    own.fakes["customer"].tell("customer.created", 2)
    own.fakes["scoring"].tell("score.created", 2)
    own.fakes["scoring"].faults[FEED] = 503
    found = await page(reader)
    assert (of(found["items"], "customer"), of(found["items"], "scoring")) == (["e:1", "e:2"], [])
    assert (found["missing"], found["up_to_date"]) == (["scoring"], False)
    own.fakes["scoring"].faults.clear()
    found = await page(reader, found["next"])
    assert (of(found["items"], "customer"), of(found["items"], "scoring")) == ([], ["e:1", "e:2"])
    assert (found["missing"], found["up_to_date"]) == ([], True)


async def test_when_all_are_down_it_says_so(own: Own, reader: Client) -> None:
    for fake in own.fakes.values():
        fake.faults[FEED] = 500
    answer = await reader.get(FEED)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_waits_until_any_source_has_something(own: Own, reader: Client) -> None:
    after = (await page(reader))["next"]
    waiting = asyncio.create_task(page(reader, after, wait=10))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    own.fakes["interaction"].tell("order.created")
    begun = time.monotonic()
    found = await waiting
    assert time.monotonic() - begun < 0.5
    assert of(found["items"], "interaction") == ["e:1"]
    assert (await page(reader, found["next"]))["items"] == []


async def test_a_wait_ends_empty_and_in_time(own: Own, reader: Client) -> None:
    after = (await page(reader))["next"]
    begun = time.monotonic()
    found = await page(reader, after, wait=0.3)
    assert 0.25 < time.monotonic() - begun < 1.5
    assert (found["items"], found["up_to_date"], found["missing"]) == ([], True, [])


async def test_a_client_that_leaves_ends_its_wait(own: Own, reader: Client) -> None:
    after = (await page(reader))["next"]
    with pytest.raises(httpx.ReadTimeout):
        await reader.get(FEED, params={"after": after, "wait": 20}, timeout=0.3)
    await asyncio.sleep(0.2)
    pools = own.running.app.state.services.waiting.values()
    assert [pool.open - len(pool.idle) for pool in pools] == [0, 0, 0]


async def test_types_choose_sources_and_unknown_ones_are_refused(own: Own, reader: Client) -> None:
    own.fakes["customer"].tell("customer.created")
    own.fakes["interaction"].tell("order.created")
    own.fakes["interaction"].tell("payment.created")
    items, _ = await drain(reader, types="order.created")
    assert [item["type"] for item in items] == ["order.created"]
    assert not any(asked.startswith(FEED) for asked in own.fakes["customer"].asked)
    answer = await reader.get(FEED, params={"types": "order.created,parrot"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "types")
    assert "parrot" not in answer.text


async def test_an_expired_source_is_named_and_its_snapshot_mends_the_cursor(own: Own, reader: Client) -> None:
    own.fakes["customer"].tell("customer.created", 2)
    own.fakes["interaction"].tell("order.created", 2)
    after = (await page(reader))["next"]
    own.fakes["customer"].expired = True
    answer = await reader.get(FEED, params={"after": after})
    assert (answer.status_code, answer.json()["source"]) == (410, "customer")
    snapshot = (await reader.get(answer.json()["snapshot"])).json()
    assert [row["subject"] for row in snapshot["items"]] == ["customer 0", "customer 1", "customer 2"]
    own.fakes["customer"].expired = False
    own.fakes["customer"].tell("customer.updated")
    own.fakes["interaction"].tell("order.updated")
    found = await page(reader, f"{after},{snapshot['cursor']}")
    assert (of(found["items"], "customer"), of(found["items"], "interaction")) == (["e:3"], ["e:3"])


async def test_a_snapshot_of_all_is_complete_and_its_cursor_precedes_it(own: Own, reader: Client) -> None:
    for fake, kind in zip(
        own.fakes.values(), ("customer.created", "order.created", "score.created"), strict=True
    ):
        fake.tell(kind, 5)
    rows, after, cursors = [], None, set()
    while True:
        params = {"limit": "2"} | ({"after": after} if after else {})
        found = (await reader.get(f"{FEED}/snapshot", params=params)).json()
        rows += [row["subject"] for row in found["items"]]
        cursors.add(found["cursor"])
        own.fakes["customer"].tell("customer.updated")
        after = found["next"]
        if after is None:
            break
    assert rows == [f"{name} {n}" for name in ("customer", "interaction", "scoring") for n in range(3)]
    assert len(cursors) == 1
    items, _ = await drain(reader, cursors.pop())
    assert of(items, "customer") == [f"e:{n}" for n in range(6, 12)]


async def test_a_snapshot_of_a_service_that_is_down_is_503(own: Own, reader: Client) -> None:
    own.fakes["interaction"].faults[f"{FEED}/snapshot"] = 500
    assert (await reader.get(f"{FEED}/snapshot")).status_code == 503
    assert (await reader.get(f"{FEED}/snapshot", params={"kind": "customer"})).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "a,b"])
async def test_a_cursor_that_is_not_ours_is_refused(own: Own, reader: Client, cursor: str) -> None:
    for path in (FEED, f"{FEED}/snapshot"):
        answer = await reader.get(path, params={"after": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "after")


async def test_needs_its_scope(own: Own) -> None:
    caller = await own.client("customers:read")
    assert (await caller.get(FEED)).status_code == 403
    assert (await caller.get(f"{FEED}/snapshot")).status_code == 403
