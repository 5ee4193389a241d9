"""A service that misbehaves on demand: a raw server whose last path segment says how."""

import asyncio
import contextlib
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from tests.support.doors import door


@dataclass
class Asked:
    """One request as it arrived."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Stub:
    """What was asked, and what was noticed."""

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    writers: set[Writer] = field(default_factory=set)
    running: asyncio.Event = field(default_factory=asyncio.Event)  # else as a process under SIGSTOP

    async def serve(self, reader: Reader, writer: Writer) -> None:
        self.connections += 1
        mine = self.connections
        self.writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                asked = await self.read(reader, mine)
                await self.running.wait()
                path = asked.line.split(" ")[1].partition("?")[0]
                act: Callable[..., Awaitable[bool]] = getattr(
                    self, "do_" + path.rsplit("/", 1)[1], self.do_echo
                )
                if not await act(reader, writer, asked):
                    break
        self.seen["closed"] += 1

    async def read(self, reader: Reader, connection: int) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = [
            (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2])
        ]
        asked = Asked(head[0], headers, b"", connection)
        self.asked.append(asked)
        if "/stall" in head[0]:
            await asyncio.sleep(60)
        if length := asked.header("content-length"):
            asked.body = await reader.readexactly(int(length))
        elif asked.header("transfer-encoding"):
            while size := int(await reader.readline(), 16):
                asked.body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        return asked

    async def do_echo(self, _: Reader, writer: Writer, asked: Asked) -> bool:
        body = orjson.dumps({"line": asked.line, "headers": asked.headers, "size": len(asked.body)})
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nserver: stub\r\n")
        writer.write(b'etag: "3"\r\ncontent-length: %d\r\n\r\n' % len(body))
        writer.write(b"" if asked.line.startswith("HEAD") else body)
        await writer.drain()
        return True

    async def do_livez(self, *given: object) -> bool:
        self.seen["probe"] += 1
        return await self.do_echo(*given)  # type: ignore[arg-type]  # the same three

    async def do_cut(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this")
        await writer.drain()
        return False

    async def do_cutchunk(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nonly\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        return False

    async def do_garbage(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"\x00\x01 what is this\r\n\r\n")
        await writer.drain()
        return False

    async def do_huge(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\n" + b"x-pad: " + b"y" * 80_000 + b"\r\ncontent-length: 0\r\n\r\n")
        return True

    async def do_twice(self, _: Reader, writer: Writer, __: Asked) -> bool:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        writer.write(answer + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        return True

    async def do_interim(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
        await writer.drain()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        return True

    async def do_named(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: keep-alive, X-Private\r\nx-private: 1\r\nx-open: 1\r\n")
        writer.write(b"content-length: 2\r\n\r\nok")
        return True

    async def do_nothing(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        return True

    async def do_same(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b'HTTP/1.1 304 Not Modified\r\netag: "3"\r\ncontent-length: 50\r\n\r\n')
        return True

    async def do_untilclose(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n" + b"z" * 100_000)
        await writer.drain()
        return False

    async def do_once(self, reader: Reader, writer: Writer, asked: Asked) -> bool:
        """Answer well, then close when the next request comes on the same connection: the keep-alive race."""
        if self.seen[f"once {asked.connection}"]:
            return False
        await self.do_echo(reader, writer, asked)
        self.seen[f"once {asked.connection}"] += 1
        return True

    async def do_die(self, *_: object) -> bool:
        """Break every connection at once, as a process that is killed; its successor listens already."""
        for writer in self.writers:
            writer.transport.abort()
        return False

    async def do_slow(self, *given: object) -> bool:
        await asyncio.sleep(0.2)
        return await self.do_echo(*given)  # type: ignore[arg-type]  # the same three

    async def do_gone(self, *_: object) -> bool:
        return False

    async def do_flaky(self, *given: object) -> bool:
        """Hang up on every third request."""
        self.seen["flaky"] += 1
        return self.seen["flaky"] % 3 > 0 and await self.do_echo(*given)  # type: ignore[arg-type]  # the same three

    async def do_hang(self, reader: Reader, _: Writer, __: Asked) -> bool:
        await reader.read(1)  # until the gateway lets go
        self.seen["let go"] += 1
        return False

    async def do_big(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (64 * 1024 * 1024))
        for _part in range(1024):
            writer.write(b"b" * 65536)
            await writer.drain()
            self.seen["parts"] += 1
        return True

    async def do_early(self, _: Reader, writer: Writer, __: Asked) -> bool:
        writer.write(b"HTTP/1.1 422 No\r\ncontent-length: 2\r\n\r\nno")
        return True


@contextlib.asynccontextmanager
async def stub(folder: Path) -> AsyncIterator[Stub]:
    """Run one on a Unix socket."""
    made = Stub()
    made.running.set()
    async with door(made.serve, folder / "stub.sock") as made.address:
        yield made
