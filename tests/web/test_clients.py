"""The service client: bounded in time, in the caller's trace, with errors that have names."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from opentelemetry import trace as otel
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from shared import errors, telemetry
from shared.auth import Principal
from shared.errors import Gone, Late, NotFound, TooManyRequests, Unavailable
from tests.support.doors import door
from tests.support.running import Running, serving
from web.budget import MOST
from web.clients import ServiceClient
from web.guard import read_trace, refusal

ID = "00000000-0000-0000-0000-000000000007"
READER = Principal.of_service("sample", "things:read")
KINDS = [
    (errors.NotFound("none"), NotFound),
    (errors.Gone("old"), Gone),
    (errors.TooManyRequests(), TooManyRequests),
    (errors.Unauthenticated(), Unavailable),
    (errors.Forbidden(), Unavailable),
    (errors.Unexpected(), Unavailable),
    (errors.Late(), Late),
]


class Peer:
    """Answers, refuses, sleeps or hangs up as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.problem: errors.Problem | None = None
        self.pause = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked.append(Request(scope))
        await asyncio.sleep(self.pause)
        if self.problem is not None:
            await refusal(self.problem, scope)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


@asynccontextmanager
async def asking(running: Running, **more: Any) -> AsyncIterator[tuple[Peer, ServiceClient]]:
    peer = Peer()
    async with serving(peer) as url, ServiceClient(url, running.core.signer, READER, **more) as client:
        yield peer, client


async def test_a_peer_is_asked_as_the_service_itself(running: Running) -> None:
    async with ServiceClient(running.url, running.core.signer, READER) as client:
        found = await client.get(f"/v1/things/{ID}")
        assert found == {"id": ID, "by": "service:sample"}
        assert (await client.get("/v1/things", {"limit": 3, "tag": ["a", "b"]}))["tag"] == ["a", "b"]
        assert (await client.post("/v1/things", {"name": "n"}))["name"] == "n"


async def test_the_request_goes_on_with_its_trace_and_less_time(running: Running) -> None:
    async with asking(running) as (peer, client):
        telemetry.current.set(telemetry.Trace("r-7", "ab" * 16, time.monotonic() + 1))
        await client.get("/x")
        telemetry.current.set(None)
        await client.get("/x")
        first, second = (request.headers for request in peer.asked)
        assert first["x-request-id"] == "r-7"
        assert first["traceparent"].startswith(f"00-{'ab' * 16}-")
        assert 500 < int(first["x-deadline-ms"]) <= 1000
        assert int(second["x-deadline-ms"]) == 5000
        assert second["x-request-id"] != "r-7"


async def test_under_opentelemetry_the_span_at_hand_is_the_parent() -> None:
    context = otel.SpanContext(0xAB, 0xCD, is_remote=False, trace_flags=otel.TraceFlags(1))
    with otel.use_span(otel.NonRecordingSpan(context)):
        header = telemetry.Trace("r", "ef" * 16).traceparent()
    assert header == f"00-{0xAB:032x}-{0xCD:016x}-01"


@pytest.mark.parametrize(("problem", "kind"), KINDS, ids=lambda value: getattr(value, "code", ""))
async def test_a_refusal_keeps_its_meaning(
    running: Running, problem: errors.Problem, kind: type[errors.Problem]
) -> None:
    async with asking(running) as (peer, client):
        peer.problem = problem
        with pytest.raises(kind) as raised:
            await client.get("/x")
        assert raised.value.extra == {"peer_code": problem.code}
        assert len(peer.asked) == 1, "an answer is never asked for twice"


async def test_a_slow_peer_is_late_for_the_shortest_patience(running: Running) -> None:
    async with asking(running, timeout=0.2) as (peer, client):
        peer.pause = 5
        began = time.monotonic()
        with pytest.raises(Late):
            await client.get("/x")
        with pytest.raises(Late):
            await client.get("/x", deadline=0.05)
        telemetry.current.set(telemetry.Trace("r", "r", time.monotonic() - 1))
        with pytest.raises(Late):
            await client.get("/x")
        telemetry.current.set(None)
        assert time.monotonic() - began < 2
        assert len(peer.asked) == 2, "nobody is asked after the deadline"


async def test_a_peer_that_drips_is_late_all_the_same(running: Running) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)

    async with door(drip) as url, ServiceClient(url, running.core.signer, READER) as client:
        with pytest.raises(Late):
            await client.get("/x", deadline=0.3)


async def test_a_peer_that_is_down_is_unavailable(running: Running) -> None:
    for url in ("unix:/nowhere/x.sock", "http://127.0.0.1:1"):
        async with ServiceClient(url, running.core.signer, READER) as client:
            with pytest.raises(Unavailable):
                await client.get("/x")


@pytest.mark.parametrize(("method", "asked"), [("get", 2), ("post", 1)])
async def test_only_a_get_is_tried_again_on_a_broken_connection(
    running: Running, method: str, asked: int
) -> None:
    count = 0

    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await reader.read(10)

    async with door(hang_up) as url, ServiceClient(url, running.core.signer, READER) as client:
        with pytest.raises(Unavailable):
            await (client.get("/x") if method == "get" else client.post("/x", {}))
    assert count == asked


def test_the_callers_deadline_is_read_from_its_header() -> None:
    left = read_trace({b"x-deadline-ms": b"250"}).remaining()
    assert left is not None
    assert 0.1 < left <= 0.25
    assert read_trace({b"x-deadline-ms": b"-1"}).remaining() is None


async def test_inside_a_request_of_somebody_else_nothing_is_tried_again(running: Running) -> None:
    count = 0

    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await reader.read(10)

    async with door(hang_up) as url, ServiceClient(url, running.core.signer, READER) as client:
        telemetry.current.set(telemetry.Trace("r", "r", time.monotonic() + 5))
        with pytest.raises(Unavailable):
            await client.get("/x")
        telemetry.current.set(None)
        assert count == 1
        for _ in range(100):
            with suppress(Unavailable):
                await client.get("/x")
    assert count - 1 <= 100 + MOST
