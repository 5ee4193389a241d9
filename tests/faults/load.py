"""Clients that never try again: whatever is not answered well is counted as failed."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

Request = tuple[str, str, bytes]  # method, path, JSON body
NEVER = 0  # the status of what got no answer


class Connection:
    """One keep-alive connection of one client; opened when needed, left when the server says so."""

    def __init__(self, port: int, key: str, *headers: str) -> None:
        self.port = port
        self.head = "".join(f"{line}\r\n" for line in ("host: x", f"authorization: Bearer {key}", *headers))
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.answered: dict[str, str] = {}
        self.body = b""

    async def send(self, method: str, path: str, body: bytes = b"") -> int:
        """Make one request; answer its status. OSError or IncompleteReadError when it got none."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        typed = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{self.head}{typed}\r\n".encode() + body)
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        self.answered = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        self.body = await self.reader.readexactly(int(self.answered.get("content-length", "0")))
        if self.answered.get("connection") == "close":
            self.close()
        return int(first.split(" ")[1])

    def close(self) -> None:
        """Leave."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


@dataclass
class Tally:
    """What became of the requests: how many by status (0: no answer), what was odd, how long each took."""

    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many were not answered with success."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    @property
    def answered(self) -> int:
        """How many were."""
        return sum(self.statuses.values()) - self.failed

    def figures(self) -> dict[str, object]:
        """Say it in short."""
        statuses = "/".join(f"{count}x{status}" for status, count in sorted(self.statuses.items()))
        return {
            "answers": statuses,
            "p50": f"{self.percentile(50) * 1000:.1f} ms",
            "p99": f"{self.percentile(99) * 1000:.0f} ms",
        }

    def percentile(self, p: float) -> float:
        """Return the time in seconds within which `p` per cent were answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * p / 100))]


async def client(connection: Connection, requests: Iterator[Request], tally: Tally, pause: float) -> None:
    """Ask one thing after another, for ever."""
    for method, path, body in requests:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(40):
                status = await connection.send(method, path, body)
        except (OSError, asyncio.IncompleteReadError) as error:
            status = NEVER
            tally.odd.append(f"{method} {path}: {error!r}")
            connection.close()
        else:
            tally.seconds.append(time.perf_counter() - began)
            if not 200 <= status < 300:
                tally.odd.append(f"{method} {path}: {status} {connection.body[:300]!r}")
        tally.statuses[status] += 1
        await asyncio.sleep(pause)


@contextlib.asynccontextmanager
async def load(
    port: int, key: str, clients: int, requests: Callable[[int], Iterator[Request]], pause: float = 0.0
) -> AsyncIterator[Tally]:
    """Let clients ask until the block ends; then each finishes the request that it has begun."""
    tally, going = Tally(), True

    def until_told(number: int) -> Iterator[Request]:
        for request in requests(number):
            if not going:
                return
            yield request

    connections = [Connection(port, key) for _ in range(clients)]
    tasks = [
        asyncio.create_task(client(connection, until_told(number), tally, pause))
        for number, connection in enumerate(connections)
    ]
    try:
        yield tally
    finally:
        going = False
        await asyncio.gather(*tasks)
        for connection in connections:
            connection.close()
