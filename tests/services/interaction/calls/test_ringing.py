"""Rings: told at once to whoever may see the call, over several processes, and after a lost connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import orjson

from services.interaction.calls.ringing import Rings, Wanted
from shared.auth import Principal, Visibility
from tests.services.interaction.calls.talking import event, new, number, send, shown
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.support.running import ANYBODY, Running

Client = httpx.AsyncClient
STAY = {"accept": "text/event-stream"}
Heard = tuple[str, dict[str, Any]]


class Ears:
    """One connection to the stream of rings."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self.lines = lines

    async def next(self) -> Heard:
        """Return the id and the call of the next ring."""
        id_ = ""
        async with asyncio.timeout(5):
            async for line in self.lines:
                if line.startswith("id: "):
                    id_ = line.removeprefix("id: ")
                if line.startswith("data: "):
                    return id_, orjson.loads(line.removeprefix("data: "))["call"]
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(client: Client, last: str | None = None, **params: str) -> AsyncIterator[Ears]:
    headers = STAY | ({"last-event-id": last} if last else {})
    async with client.stream("GET", "/v1/calls/ringing", params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with aclosing(answer.aiter_lines()) as lines:  # type: ignore[type-var]  # a generator
            assert await anext(lines) == "retry: 100"
            yield Ears(lines)


async def test_who_listens_hears_at_once_what_it_asked_for(client: Client) -> None:
    queue, agent = name("q"), name("u")
    async with listening(client, queue=queue) as ears, listening(client, agent=agent) as other:
        begun, first, second = asyncio.get_running_loop().time(), new(), new()
        await send(client, [event(first, "ringing", from_=number(), queue=queue, agent="u-1")])
        _, heard = await ears.next()
        assert asyncio.get_running_loop().time() - begun < 1.0
        assert (heard["source"]["id"], heard["state"], heard["agent"]) == (first, "ringing", "u-1")
        await send(client, [event(second, "ringing", from_=number(), agent=agent)])
        assert (await other.next())[1]["source"]["id"] == second


async def test_another_process_hears_of_it(client: Client, interaction: Running) -> None:
    queue, heard = name("q"), asyncio.Queue[bytes]()
    other = Rings(interaction.core)

    async def hear() -> None:
        async for each in other.stream(ANYBODY, Wanted(queue=queue), None, stay=True):
            await heard.put(each)

    task = asyncio.create_task(hear())
    assert (await heard.get()).startswith(b"retry")
    await send(client, [event(new(), "queued", from_=number(), queue=queue)])
    async with asyncio.timeout(5):
        assert b"event: ring" in await heard.get()
    task.cancel()
    other.close()


async def test_a_lost_connection_loses_no_ring(client: Client) -> None:
    queue = name("q")
    calls = [new() for _ in range(4)]
    async with listening(client, queue=queue) as ears:
        await send(client, [event(calls[0], "ringing", from_=number(), queue=queue)])
        last, _ = await ears.next()
    for call in calls[1:]:
        await send(client, [event(call, "ringing", from_=number(), queue=queue)])
        await send(client, [event(call, "answered", 1), event(call, "ended", 2)])
    async with listening(client, last, queue=queue) as ears:
        told = [(await ears.next())[1]["source"]["id"] for _ in calls[1:]]
    assert told == calls[1:]


async def test_who_comes_late_hears_what_still_rings_and_need_not_stay(client: Client) -> None:
    queue, waiting, over = name("q"), new(), new()
    await send(client, [event(waiting, "queued", from_=number(), queue=queue)])
    await send(client, [event(over, "queued", queue=queue), event(over, "abandoned", 3)])
    answer = await client.get("/v1/calls/ringing", params={"queue": queue})
    assert (answer.text.count("event: ring"), waiting in answer.text) == (1, True)


async def test_rings_show_only_what_the_listener_may_see(
    client: Client, interaction: Running, peer: Peer
) -> None:
    queue = name("q")
    mine, theirs, from_ = number(), number(), number()
    peer.put(name(), phones=[mine], owner="agent-5")
    peer.put(name(), phones=[theirs], owner="agent-6")
    eyes = interaction.client(Principal("agent-5", frozenset(("*",)), Visibility.OWN))
    masked = interaction.client(Principal("u-3", frozenset(("*",)), personal=False))
    async with listening(eyes, queue=queue) as ears, listening(masked, queue=queue) as veiled:
        calls = {mine: new(), theirs: new(), from_: new()}
        await send(client, [event(calls[theirs], "ringing", from_=theirs, queue=queue, agent="agent-5")])
        await send(client, [event(calls[from_], "ringing", from_=from_, queue=queue, agent="other")])
        await send(client, [event(calls[mine], "ringing", from_=mine, queue=queue, agent="agent-5")])
        assert (await ears.next())[1]["source"]["id"] == calls[mine], "the first that is its own"
        told = [(await veiled.next())[1] for _ in range(3)]
        assert {each["source"]["id"] for each in told} == set(calls.values())
        assert {each["from"] for each in told} == {each["number"] for each in told} == {None}
    assert (await shown(client, calls[theirs]))["state"] == "ringing"


async def test_listening_needs_its_scope(interaction: Running) -> None:
    stranger = interaction.client(Principal("u", frozenset(("customers:read",))))
    assert (await stranger.get("/v1/calls/ringing")).status_code == 403
