"""What clients see when a service, the network or another client misbehaves."""

import asyncio
import contextlib
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from gateway import body
from gateway import upstream as upstreams
from gateway.settings import Door
from gateway.upstream import Upstream
from tests.gateway.conftest import KEY, Front, opened, until
from tests.gateway.stub import Stub
from tests.gateway.test_proxy import AUTH, problem


@pytest.mark.parametrize("path", ["garbage", "huge"])
async def test_a_broken_answer_is_502(front: Front, path: str) -> None:
    answer = await front.client.get(f"/v1/customers/{path}")
    assert problem(answer)["code"] == "service_failed"
    assert answer.status_code == 502


@pytest.mark.parametrize("path", ["cut", "cutchunk"])
async def test_a_cut_answer_never_ends_cleanly(front: Front, path: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await front.client.get(f"/v1/customers/{path}")
    assert (await front.client.get("/v1/customers/echo")).status_code == 200


async def test_a_second_answer_reaches_nobody(front: Front) -> None:
    assert (await front.client.get("/v1/customers/twice")).text == "ok"
    answer = await front.client.get("/v1/customers/echo")
    assert answer.json()["line"].startswith("GET /v1/customers/echo")
    assert front.stub.connections == 2


@pytest.mark.parametrize(
    ("method", "headers", "status", "served"),
    [
        ("GET", {}, 200, 3),
        ("POST", {"idempotency-key": "k"}, 200, 3),
        ("POST", {}, 502, 2),
        ("DELETE", {}, 502, 2),
    ],
)
async def test_a_stale_connection_is_retried_only_when_that_is_safe(
    front: Front, method: str, headers: dict[str, str], status: int, served: int
) -> None:
    assert (await front.client.get("/v1/customers/once")).status_code == 200
    content = b"{}" if method == "POST" else None
    answer = await front.client.request(method, "/v1/customers/once", headers=headers, content=content)
    assert answer.status_code == status
    assert len(front.stub.asked) == served


async def test_a_service_that_is_down_is_503(front: Front, tmp_path: Path) -> None:
    front.gateway.upstreams = {"customer": Upstream("customer", f"unix:{tmp_path}/nobody.sock")}
    answer = await front.client.post("/v1/customers/echo", json={})
    assert problem(answer)["code"] == "unavailable"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_late_service_is_504_and_a_deadline_makes_it_earlier(front: Front) -> None:
    begun = time.monotonic()
    answer = await front.client.get("/v1/customers/hang", headers={"x-deadline-ms": "150"})
    assert problem(answer)["code"] == "late"
    assert 0.1 < time.monotonic() - begun < 0.6


async def test_a_stopped_service_is_spared_after_two_probes_and_used_again_when_it_lives(
    front: Front,
) -> None:
    front.stub.running.clear()
    assert (await front.client.get("/v1/customers/echo", headers={"x-deadline-ms": "100"})).status_code == 504
    breaker = front.gateway.upstreams["customer"].breaker
    await until(lambda: breaker.open)
    begun = time.monotonic()
    assert (await front.client.get("/v1/customers/echo")).status_code == 503
    assert time.monotonic() - begun < 0.1
    front.stub.running.set()
    await until(lambda: not breaker.open)
    assert (await front.client.get("/v1/customers/echo")).status_code == 200


async def test_one_slow_request_does_not_open_the_breaker(front: Front) -> None:
    assert (await front.client.get("/v1/customers/hang")).status_code == 504
    assert front.stub.seen["probe"] >= 1
    assert not front.gateway.upstreams["customer"].breaker.open


async def test_a_client_that_leaves_frees_the_service(front: Front) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await front.client.get("/v1/customers/hang", timeout=0.2)
    await until(lambda: front.stub.seen["let go"])
    assert front.gateway.upstreams["customer"].open == 0


async def test_a_client_that_leaves_in_its_body_frees_the_service(front: Front) -> None:
    head = b"POST /v1/customers/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n" + AUTH + b"\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(head + b"x" * 300_000)  # more than is held: the service has begun to get it
    await until(lambda: front.stub.connections)
    writer.close()
    await until(lambda: front.stub.seen["closed"])


async def test_clients_that_stall_in_long_bodies_leave_places_to_others(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstreams, "ARRIVING_S", 0.5)
    front.gateway.upstreams = {"customer": (upstream := Upstream("customer", front.stub.address, limit=4))}
    head = b"POST /v1/customers/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n" + AUTH + b"\r\n"
    stalled = []
    for _ in range(8):
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(head + b"x" * 300_000)
        stalled.append((reader, writer))
    await until(lambda: upstream.open)
    assert (await front.client.get("/v1/customers/echo")).status_code == 200
    await asyncio.sleep(0.6)
    assert (upstream.open, upstream.arriving.locked()) == (1 + len(upstream.idle), True)
    unread = [asyncio.wait_for(reader.readline(), 0.1) for reader, _ in stalled]
    answers = Counter(map(str, await asyncio.gather(*unread, return_exceptions=True)))
    assert sorted(answers.values()) == [1, 7]  # one has the place, the others are told at once
    assert any("503" in answer for answer in answers)
    for _, writer in stalled:
        writer.transport.abort()
    await until(lambda: not upstream.arriving.locked())


async def test_a_body_that_trickles_is_refused(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE_S", 0.2)
    monkeypatch.setattr(body, "DRAIN_S", 0.2)
    request = b"POST /v1/customers/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n" + AUTH + b"\r\nabc"
    begun = time.monotonic()
    answer = await front.raw(request)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 2
    assert not front.stub.asked


async def test_a_slow_reader_slows_the_service_instead_of_filling_the_memory(front: Front) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port, limit=1024)
    writer.write(b"GET /v1/customers/big HTTP/1.1\r\nhost: x\r\n" + AUTH + b"\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    await asyncio.sleep(0.5)
    held = front.stub.seen["parts"]
    assert held < 400
    left = 64 * 1024 * 1024
    await reader.readuntil(b"\r\n\r\n")
    while left:
        left -= len(await reader.read(1 << 20))
    assert front.stub.seen["parts"] == 1024
    writer.close()


async def test_a_full_pool_queues_and_then_refuses(front: Front) -> None:
    upstream = front.gateway.upstreams["customer"]
    upstream.limit, upstream.queue_limit = 2, 1
    ask = [asyncio.create_task(front.client.get("/v1/customers/hang")) for _ in range(2)]
    await asyncio.sleep(0.1)
    queued = asyncio.create_task(front.client.get("/v1/customers/echo"))
    await asyncio.sleep(0.1)
    assert (await front.client.get("/v1/customers/echo")).status_code == 503
    ask[0].cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ask[0]
    assert (await queued).status_code == 200
    ask[1].cancel()


async def test_when_the_first_in_the_queue_waits_too_long_others_are_refused_at_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstreams, "QUEUE_S", 5.0)
    upstream = front.gateway.upstreams["customer"]
    upstream.limit = 1
    asked = [asyncio.create_task(front.client.get("/v1/customers/hang")) for _ in range(2)]
    await asyncio.sleep(0.5)
    begun = time.monotonic()
    answer = await front.client.get("/v1/customers/echo")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert time.monotonic() - begun < 1
    for task in asked:
        task.cancel()
    await until(lambda: upstream.open == 0)
    assert (await front.client.get("/v1/customers/echo")).status_code == 200


async def test_a_place_goes_to_who_waited_longest(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstreams, "QUEUE_S", 5.0)
    monkeypatch.setattr(upstreams, "CROWDED_S", 5.0)
    upstream = front.gateway.upstreams["customer"]
    upstream.limit = 1
    answers = await asyncio.gather(*(front.client.get(f"/v1/customers/echo?n={n}") for n in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert front.stub.connections == 1
    assert upstream.open == 1


async def test_slow_readers_hold_no_place(front: Front) -> None:
    upstream = front.gateway.upstreams["customer"]
    upstream.limit = 2
    request = b"GET /v1/customers/big HTTP/1.1\r\nhost: x\r\n" + AUTH + b"\r\n"
    writers = []
    for _ in range(4):
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port, limit=1024)
        writer.write(request)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        writers.append(writer)
    assert (await front.client.get("/v1/customers/echo")).status_code == 200
    assert len(upstream.parked) == 4
    for writer in writers:
        writer.transport.abort()
    await until(lambda: not upstream.parked)
    assert upstream.open <= 2


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"content-length: 5\r\ncontent-length: 6\r\n",
        b"content-length: +5\r\n",
        b"transfer-encoding: gzip, chunked\r\n",
        b"transfer-encoding: identity\r\n",
        b"transfer-encoding : chunked\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        b"x-a: b\r\n folded: c\r\n",
        b"x-a: b\x00c\r\n",
        b"x-a: b\rc: d\r\n",
    ],
)
async def test_framing_that_two_readers_could_understand_differently_is_refused(
    front: Front, framing: bytes
) -> None:
    request = b"POST /v1/customers/echo HTTP/1.1\r\nhost: x\r\n" + framing + AUTH + b"\r\n0\r\n\r\nhello"
    answer = await front.raw(request)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 408 "))
    assert not front.stub.asked


@pytest.mark.parametrize(
    "target", [b"/v1/customers/\xff", b"/v1/customers/a b", b"/v1/\x00", b"*", b"//evil/v1/customers/x"]
)
async def test_strange_targets_reach_no_service(front: Front, target: bytes) -> None:
    answer = await front.raw(
        b"GET " + target + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + AUTH + b"\r\n"
    )
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    assert not front.stub.asked


async def test_browsers_on_named_origins_may_call(misbehaving: Stub) -> None:
    async with opened(misbehaving, Door(origins=frozenset(["https://app.example"]))) as front:
        asks = {"origin": "https://app.example", "access-control-request-method": "PATCH"}
        async with httpx.AsyncClient(base_url=str(front.client.base_url)) as browser:
            allowed = await browser.options("/v1/customers/echo", headers=asks)
            foreign = await browser.options(
                "/v1/customers/echo", headers={**asks, "origin": "https://evil.example"}
            )
            refused = await browser.get("/v1/customers/echo", headers={"origin": "https://app.example"})
        passed = await front.client.get("/v1/customers/echo", headers={"origin": "https://app.example"})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert "PATCH" in allowed.headers["access-control-allow-methods"]
    assert "if-match" in allowed.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in foreign.headers
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://app.example"
    assert "etag" in passed.headers["access-control-expose-headers"]
    assert passed.headers["vary"] == "Origin"


async def test_without_origins_a_preflight_is_a_request_like_any_other(front: Front) -> None:
    asks = {"origin": "https://app.example", "access-control-request-method": "PATCH"}
    async with httpx.AsyncClient(base_url=str(front.client.base_url)) as browser:
        answer = await browser.options("/v1/customers/echo", headers=asks)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers
    assert KEY not in answer.text
