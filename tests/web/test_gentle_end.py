"""How a process ends under its clients: each connection gets one more answer, and is told so."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from web import server as web
from web.server import Protocol

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@dataclass
class Ending:
    """A server that can be asked to end as SIGTERM does, and what its handler waits for."""

    server: uvicorn.Server
    port: int
    go_on: asyncio.Event
    task: "asyncio.Task[None]"

    async def client(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    def end(self) -> None:
        web.CLOSING.set()
        self.server.should_exit = True


@pytest.fixture
async def ending(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ending]:
    monkeypatch.setattr(Protocol, "linger_s", 1)
    go_on = asyncio.Event()

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        head: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}
        if scope["path"] == "/begun":
            await send(head)
            await send({"type": "http.response.body", "body": b"do", "more_body": True})
            await go_on.wait()
            await send({"type": "http.response.body", "body": b"ne"})
            return
        if scope["path"] == "/slow":
            await go_on.wait()
        await send(head)
        await send({"type": "http.response.body", "body": b"done"})

    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", http=Protocol)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    async with asyncio.timeout(5):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
    yield Ending(server, sock.getsockname()[1], go_on, task)
    server.should_exit = server.force_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await task
    web.CLOSING.clear()


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(4) == b"done"
    return head


async def test_an_idle_connection_gets_one_more_answer_and_is_told(ending: Ending) -> None:
    reader, writer = await ending.client()
    writer.write(GET)
    assert b"connection" not in await answer(reader)
    ending.end()
    await asyncio.sleep(0.4)
    writer.write(GET)
    assert b"connection: close" in await answer(reader)
    assert await reader.read() == b""
    await asyncio.wait_for(ending.task, 2)
    writer.close()


async def test_silence_is_cut_after_a_while(ending: Ending) -> None:
    reader, writer = await ending.client()
    ending.end()
    began = asyncio.get_running_loop().time()
    assert await reader.read() == b""
    assert 0.8 < asyncio.get_running_loop().time() - began < 3
    await asyncio.wait_for(ending.task, 2)
    writer.close()


async def test_a_running_request_is_finished(ending: Ending) -> None:
    reader, writer = await ending.client()
    writer.write(GET.replace(b"/ ", b"/slow ", 1))
    await asyncio.sleep(0.05)
    ending.end()
    await asyncio.sleep(0.4)
    ending.go_on.set()
    assert b"connection: close" in await answer(reader)
    await asyncio.wait_for(ending.task, 2)
    writer.close()


async def test_who_was_told_that_the_connection_stays_may_use_it_once_more(ending: Ending) -> None:
    reader, writer = await ending.client()
    writer.write(GET.replace(b"/ ", b"/begun ", 1))
    assert b"connection" not in await reader.readuntil(b"\r\n\r\n")
    ending.end()
    await asyncio.sleep(0.4)
    ending.go_on.set()
    assert await reader.readexactly(4) == b"done"
    writer.write(GET)
    assert b"connection: close" in await answer(reader)
    await asyncio.wait_for(ending.task, 2)
    writer.close()
