"""The merged feed as server-sent events: all of it, once, whenever a reader leaves and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from gateway.changes import following
from tests.conftest import Service
from tests.gateway.own import Own, standing

EVENTS = "/v1/changes/events"


@pytest.fixture(scope="module")
async def whole(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture
def own(whole: Own, monkeypatch: pytest.MonkeyPatch) -> Own:
    for fake in whole.fakes.values():
        fake.changes.clear()
        fake.faults.clear()
        fake.asked.clear()
        fake.expired = False
    monkeypatch.setattr(following, "STREAM_S", 1.0)
    return whole


@pytest.fixture(scope="module")
async def reader(whole: Own) -> httpx.AsyncClient:
    return await whole.client("feed:read")


async def heard(
    reader: httpx.AsyncClient, last: str | None = None, most: int = 1000, **params: str
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield (id, data) of events until the stream ends, or `most` were heard."""
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
    async with reader.stream("GET", EVENTS, params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        held = ""
        async for part in answer.aiter_text():
            *events, held = (held + part).split("\n\n")
            for lines in ([line.partition(": ") for line in event.split("\n")] for event in events):
                told = {name: value for name, _, value in lines}
                if told.get("event") == "changes":
                    yield told["id"], orjson.loads(told["data"])
                    most -= 1
                    if not most:
                        return


def of(items: list[Any], source: str) -> list[str]:
    return [item["id"] for item in items if item["source"] == f"/{source}"]


async def test_a_reader_that_leaves_after_each_event_hears_everything_once(
    own: Own, reader: httpx.AsyncClient
) -> None:
    own.fakes["customer"].tell("customer.created", 20)
    own.fakes["interaction"].tell("order.created", 3)
    items, last, times = list[Any](), None, 0
    while len(items) < 23:
        ((last, page),) = [each async for each in heard(reader, last, most=1, limit="6")]
        items += page["items"]
        times += 1
    assert of(items, "customer") == [f"e:{n}" for n in range(1, 21)]
    assert of(items, "interaction") == [f"e:{n}" for n in range(1, 4)]
    assert times >= 4
    assert [each async for each in heard(reader, last)] == []


async def test_what_happens_is_heard_at_once(own: Own, reader: httpx.AsyncClient) -> None:
    own.fakes["customer"].tell("customer.created")
    arrived, began = list[tuple[str, float]](), time.monotonic()

    async def tell() -> None:
        for number in range(2):
            await asyncio.sleep(0.3)
            own.fakes["scoring"].tell("score.updated" if number else "score.created")

    telling = asyncio.create_task(tell())
    async for _, page in heard(reader):
        arrived += [(item["type"], time.monotonic() - began) for item in page["items"]]
    await telling
    assert [kind for kind, _ in arrived] == ["customer.created", "score.created", "score.updated"]
    assert arrived[1][1] < 0.5
    assert arrived[2][1] < 0.8


async def test_nobody_hears_its_own_echo(own: Own, reader: httpx.AsyncClient) -> None:
    own.fakes["customer"].tell("customer.updated", origin="erp")
    own.fakes["customer"].tell("customer.updated", origin="shop")
    pages = [page async for _, page in heard(reader, not_origins="erp")]
    assert [item["origin"] for page in pages for item in page["items"]] == ["shop"]


async def test_a_source_that_is_down_is_named_and_comes_later(
    own: Own, reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN_S", 0.1)
    own.fakes["customer"].tell("customer.created")
    own.fakes["scoring"].tell("score.created")
    own.fakes["scoring"].faults["/v1/changes"] = 503
    pages = []
    async for _, page in heard(reader):
        pages.append(page)
        own.fakes["scoring"].faults.clear()
    assert [page["missing"] for page in pages] == [["scoring"], []]
    assert [of(page["items"], "scoring") for page in pages] == [[], ["e:1"]]


async def test_an_expired_cursor_is_refused_with_the_way_back(own: Own, reader: httpx.AsyncClient) -> None:
    own.fakes["customer"].tell("customer.created")
    last = [last async for last, _ in heard(reader)][-1]
    own.fakes["customer"].expired = True
    refused = await reader.get(EVENTS, headers={"Last-Event-ID": last})
    assert (refused.status_code, refused.json()["source"]) == (410, "customer")
    assert "snapshot" in refused.headers["link"]
    strange = await reader.get(EVENTS, headers={"Last-Event-ID": "made up"})
    assert strange.status_code == 422


async def test_a_stream_ends_in_time_and_when_a_cursor_expires(own: Own, reader: httpx.AsyncClient) -> None:
    began = time.monotonic()
    assert [each async for each in heard(reader)] == []
    assert 0.9 < time.monotonic() - began < 3
    own.fakes["customer"].tell("customer.created")
    async for _ in heard(reader):
        own.fakes["customer"].expired = True


async def test_who_accepts_something_else_has_one_page(own: Own, reader: httpx.AsyncClient) -> None:
    own.fakes["customer"].tell("customer.created")
    began = time.monotonic()
    answer = await reader.get(EVENTS)
    assert answer.text.count("event: changes") == 1
    assert time.monotonic() - began < 0.5


async def test_it_needs_its_scope(own: Own) -> None:
    assert (await (await own.client("customers:read")).get(EVENTS)).status_code == 403
