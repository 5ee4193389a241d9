"""The server's protocol over a real socket."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import orjson
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from web import server


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a head and a body apart, as every ASGI application does."""
    size = int(scope["path"][1:] or 2)
    headers = [(b"content-length", b"%d" % size)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, size, 50_000):
        part = b"x" * min(50_000, size - start)
        await send({"type": "http.response.body", "body": part, "more_body": start + len(part) < size})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    sock = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, http=server.Protocol, lifespan="off", log_level="critical"))
    task = asyncio.create_task(running.serve(sockets=[sock]))
    while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield sock.getsockname()[1]
    running.should_exit = running.force_exit = True
    await task


class Counting(asyncio.Transport):
    """Counts writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self.written.append(b"closed")


async def test_gathers_the_writes_of_one_turn_and_keeps_their_order() -> None:
    counting = Counting()
    gathering = server.Gathering(counting)
    gathering.write(b"head")
    gathering.write(b"body")
    assert counting.written == []
    await asyncio.sleep(0)
    assert counting.written == [b"headbody"]
    gathering.write(b"x" * (server.HELD + 1))
    assert len(counting.written) == 2
    gathering.write(b"last")
    gathering.close()
    await asyncio.sleep(0)
    assert counting.written[2:] == [b"last", b"closed"]


@pytest.mark.parametrize("size", [2, 300_000])
async def test_answers_arrive_whole_one_after_the_other(port: int, size: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % size)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
        assert await reader.readexactly(size) == b"x" * size
    writer.close()


async def test_what_is_not_http_is_answered_with_a_problem(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01 not http\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert orjson.loads(body)["code"] == "not_http"
    writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nhost"])
async def test_headers_that_never_end_cost_a_connection(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server, "HEADERS_S", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    writer.write(sent)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    assert time.monotonic() - begun < 2
    writer.close()
