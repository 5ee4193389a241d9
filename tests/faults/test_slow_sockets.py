"""Hundreds of clients that send or read as slowly as they can: the others do not notice."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.system import System
from tests.faults.conftest import LONG, bound, port_of, size, tell
from tests.faults.load import Request, Tally, load

SOCKETS, SECONDS = size("sockets", 150), max(3, size("seconds", 9) // 3)
KINDS = ["headers", "bodies", "readers", "strangers", "streams", "drains"] if LONG else ["bodies", "readers"]
TRICKLE_S = 1.0


async def connect(port: int, receive: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect; `receive` bytes are all that the kernel holds for us."""
    sock = socket.socket()
    if receive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    sock.setblocking(False)  # noqa: FBT003 - the standard library's
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=sock, limit=1024)


async def trickle(port: int, begin: bytes) -> None:
    """Begin a request and never come to its end; begin again when thrown out."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await connect(port)
            writer.write(begin)
            while not writer.transport.is_closing():
                await asyncio.sleep(TRICKLE_S)
                writer.write(b"x")
        await asyncio.sleep(TRICKLE_S)


async def sip(port: int, request: bytes) -> None:
    """Ask for much and read next to nothing."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await connect(port, receive=4096)
            writer.write(request)
            while await reader.read(16):  # noqa: ASYNC110 - slowly is the point
                await asyncio.sleep(TRICKLE_S)
        await asyncio.sleep(TRICKLE_S)


@contextlib.asynccontextmanager
async def slow_ones(port: int, key: str, kind: str) -> AsyncIterator[None]:
    """Keep SOCKETS slow clients of a kind busy."""
    known = f"host: x\r\nauthorization: Bearer {key}\r\n".encode()
    headers = b"GET /v1/customers HTTP/1.1\r\nx-slow: "
    body = (
        b"POST /v1/customers/batch HTTP/1.1\r\ncontent-length: 1000000\r\n" + known + b"\r\n" + b" " * 100_000
    )
    stream = b"POST /v1/customers/stream HTTP/1.1\r\ncontent-type: application/x-ndjson\r\n"
    lines = stream + b"content-length: 1000000\r\n" + known + b"\r\n" + b" " * 300_000
    drain = b"GET /v1/customers/stream HTTP/1.1\r\n" + known + b"\r\n"
    page = b"GET /v1/customers?limit=1000 HTTP/1.1\r\n" + known + b"\r\n"
    document = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n"
    work = {
        "headers": lambda: trickle(port, headers),
        "bodies": lambda: trickle(port, body + b" " * 100_000),
        "readers": lambda: sip(port, page),
        "streams": lambda: trickle(port, lines),
        "drains": lambda: sip(port, drain),
        "strangers": lambda: sip(port, document),
    }[kind]
    tasks = [asyncio.create_task(work()) for _ in range(SOCKETS)]
    await asyncio.sleep(2 + SOCKETS / 100)  # until all are in
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("kind", KINDS)
async def test_slow_clients_do_not_slow_the_others(full: System, someone: str, kind: str) -> None:
    def reads(_: int) -> Iterator[Request]:
        return itertools.cycle([("GET", someone, b""), ("GET", f"{someone}/timeline", b"")])

    async def healthy() -> Tally:
        async with load(port, full.key, 4, reads, pause=0.01) as tally:
            await asyncio.sleep(SECONDS)
        return tally

    port = port_of(full)
    await healthy()
    before = await healthy()
    async with slow_ones(port, full.key, kind):
        during = await healthy()
    after = await healthy()
    alone = max(before.percentile(99), after.percentile(99))
    tell(f"slow {kind}", sockets=SOCKETS, alone_p99=f"{alone * 1000:.1f} ms", **during.figures())
    assert during.failed == 0, during.odd[:5]
    assert during.percentile(99) < bound(2, 6) * alone + 0.005
