"""Streams through the gateway: bodies without end, which nobody's silence and no other request pays for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway import body, underway, upstream
from tests.gateway.conftest import Front, until

PART = b"x" * 65_535 + b"\n"


async def parts(count: int, pause: float = 0.0) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PART
        await asyncio.sleep(pause)


async def test_a_stream_may_be_longer_than_a_body(front: Front) -> None:
    count = 2 * front.gateway.door.max_body // len(PART)
    sized = await front.client.post("/v1/orders/stream", content=PART * count)
    assert (sized.status_code, sized.json()["size"]) == (200, count * len(PART))
    chunked = await front.client.post("/v1/orders/stream", content=parts(count))
    assert (chunked.status_code, chunked.json()["size"]) == (200, count * len(PART))
    for path in ("/v1/orders/batch", "/v1/orders"):
        assert (await front.client.post(path, content=parts(count))).status_code == 413


async def test_a_stream_may_take_longer_than_a_body_but_not_be_silent(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "PATIENCE_S", 0.2)
    monkeypatch.setattr(body, "LEAST_RATE", 1 << 30)
    monkeypatch.setattr(body, "SILENCE_S", 0.3)
    slow = await front.client.post("/v1/orders/stream", content=parts(8, 0.1))
    assert slow.json()["size"] == 8 * len(PART)
    assert (await front.client.post("/v1/orders", content=parts(8, 0.1))).status_code == 408
    silent = await front.client.post("/v1/orders/stream", content=parts(2, 0.5))
    assert (silent.status_code, silent.json()["code"]) == (408, "slow_body")


async def test_a_trickle_is_silence(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "SILENCE_S", 0.3)

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(16):
            yield b"x"
            await asyncio.sleep(0.05)

    assert (await front.client.post("/v1/orders/stream", content=drops())).status_code == 408


async def test_streams_have_places_of_their_own(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "STREAMS", 2)
    pool = front.gateway.upstreams["interaction"]
    go = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield PART
        await go.wait()
        yield PART

    held = [asyncio.create_task(front.client.post("/v1/orders/stream", content=waiting())) for _ in range(2)]
    await until(lambda: pool.streams.open == 2)
    assert pool.open == 0
    third = await front.client.post("/v1/orders/stream", content=PART)
    assert (third.status_code, third.headers["retry-after"]) == (503, "1")
    assert (await front.client.post("/v1/orders/echo", content=b"{}")).status_code == 200
    go.set()
    assert [answer.json()["size"] for answer in await asyncio.gather(*held)] == [9 * len(PART)] * 2
    assert (await front.client.post("/v1/orders/stream", content=PART)).status_code == 200


async def test_one_client_leaves_places_to_others(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underway, "MOST", 1)
    other = "gx_" + "o" * 32
    front.keys.add(other, 100)
    go = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield PART
        await go.wait()

    held = asyncio.create_task(front.client.post("/v1/orders/stream", content=waiting()))
    await until(lambda: front.gateway.underway.of)
    refused = await front.client.post("/v1/customers/stream", content=PART)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    theirs = {"authorization": f"Bearer {other}"}
    assert (await front.client.post("/v1/orders/stream", content=PART, headers=theirs)).status_code == 200
    go.set()
    assert (await held).status_code == 200
    assert (await front.client.post("/v1/orders/stream", content=PART)).status_code == 200
    assert not front.gateway.underway.of


async def test_a_stream_is_never_sent_twice(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even with a key, which makes others repeatable: what was written of it nobody here knows."""
    monkeypatch.setattr(front.stub, "do_stream", front.stub.do_once, raising=False)
    for path, status in (("once", 200), ("stream", 502)):
        answers = [
            await front.client.post(f"/v1/orders/{path}", content=b"{}", headers={"idempotency-key": "k"})
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, status], path
