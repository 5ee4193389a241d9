"""Requests as they are given, over a few connections at once: thousands of them take seconds."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `what` names it where it fails, `operation` is what the document says of it."""

    what: str
    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, str | bytes] = field(default_factory=dict)
    operation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Judge = Callable[[Asked, Answer], None]


class Wire:
    """A caller with a key, at an address; its requests are made `at_once`, over as many connections."""

    def __init__(self, address: str, key: str, at_once: int = 4) -> None:
        self.where, self.at_once = urlsplit(address), at_once
        self.always = {"host": self.where.netloc, "accept": "*/*", "authorization": f"Bearer {key}"}

    async def ask(self, all_: Iterable[Asked], judge: Judge) -> int:
        """Make the requests, in no particular order, and judge each answer; return how many there were."""
        left = iter(all_)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._ask(left, judge)) for _ in range(self.at_once)]
        return sum(task.result() for task in tasks)

    async def _ask(self, left: Iterator[Asked], judge: Judge) -> int:
        connection, made = Connection(str(self.where.hostname), self.where.port or 80), 0
        try:
            for made, asked in enumerate(left, 1):  # noqa: B007 - counted
                async with asyncio.timeout(PATIENCE_S):
                    answer = await connection.send(asked, self.always)
                judge(asked, answer)
        finally:
            connection.leave()
        return made


class Connection:
    """One connection: opened when it is needed, left when the server says so."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, asked: Asked, always: Mapping[str, str]) -> Answer:
        """Make one request. OSError or IncompleteReadError when there was no whole answer."""
        self.streams = self.streams or await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        writer.write(_head(asked, always) + asked.body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        parted = (line.partition(":") for line in lines)
        status, headers = int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in parted}
        empty = asked.method == "HEAD" or status in {204, 304}
        if empty:
            body = b""
        elif "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        else:
            body = await _chunks(reader)
        if headers.get("connection") == "close":
            self.leave()
        return Answer(status, headers, body)

    def leave(self) -> None:
        """Hang up."""
        if self.streams:
            self.streams[1].close()
        self.streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a body whose length nobody knew at its start (RFC 9112, 7.1)."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def _head(asked: Asked, always: Mapping[str, str]) -> bytes:
    """Write the lines before the body, whatever their values."""
    headers: dict[str, str | bytes] = {
        **always,
        **{name.lower(): value for name, value in asked.headers.items()},
    }
    method = asked.method.upper()
    if asked.body or method in {"POST", "PUT", "PATCH"}:
        headers["content-length"] = str(len(asked.body))
    target = httpx.URL(f"http://x{asked.target}").raw_path  # as every client writes it
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target)]
    for name, value in headers.items():
        lines.append(b"%s: %s" % (name.encode(), value.encode() if isinstance(value, str) else value))
    return b"\r\n".join([*lines, b"", b""])
