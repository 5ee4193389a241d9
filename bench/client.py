"""The load generator: many keep-alive connections, little work for each answer, in a process of its own."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from typing import Any, NamedTuple, Self, TypeVar

import httptools
import numpy as np
import uvloop

PATIENCE_S = 6.0
P = TypeVar("P", bound=asyncio.Protocol)


@dataclass(frozen=True, slots=True)
class Load:
    """What to send where: whole requests as bytes; `once`: each at most one time, else again and again.

    `pause` is how many seconds each connection waits after an answer. While there are not `least` answers it
    goes on for up to PATIENCE_S more.
    """

    address: str
    requests: Sequence[bytes]
    connections: int
    seconds: float
    once: bool = False
    pause: float = 0.0
    least: int = 0


class Percentiles(NamedTuple):
    """How long half, 95 and 99 of 100 took at the most."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, latencies: Sequence[float]) -> Self:
        """Take them of some latencies, of which there is one at least."""
        return cls(*np.percentile(latencies, (50, 95, 99)).tolist())


@dataclass(slots=True)
class Outcome:
    """What came of a load; latencies in seconds, `cpu` is the generator's own."""

    answers: int
    seconds: float
    late: Percentiles
    cpu: float
    statuses: dict[int, int]
    bytes: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Generator:
    """A process that generates loads, and waits in between."""

    def __enter__(self) -> Self:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def run(self, load: Load) -> Outcome:
        """Send a load; RuntimeError when an answer was no success."""
        outcome: Outcome = self._pool.submit(_run, load).result()
        if bad := {status: n for status, n in outcome.statuses.items() if not 200 <= status < 300}:
            raise RuntimeError(f"{load.requests[0][:80]!r} was answered {bad}")
        return outcome

    def call(self, function: Any, *arguments: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
        """Run a function of ours in that process."""
        return self._pool.submit(function, *arguments).result()


def get(path: str, headers: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n".encode()


def post(path: str, headers: str, body: bytes) -> bytes:
    """Return a POST request with a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _run(load: Load) -> Outcome:
    return uvloop.run(_drive(load))


async def _drive(load: Load) -> Outcome:
    tally = _Tally(iter(load.requests) if load.once else cycle(load.requests), load.least)
    lines = [await _open(load.address, lambda: _Line(tally, load.pause)) for _ in range(load.connections)]
    cpu, began = time.process_time(), time.perf_counter()
    tally.until = began + load.seconds
    for line in lines:
        line.send()
    await asyncio.gather(*(line.idle for line in lines))
    seconds = time.perf_counter() - began
    for line in lines:
        line.transport.close()
    late = Percentiles.of(tally.latencies)
    used = time.process_time() - cpu
    return Outcome(len(tally.latencies), seconds, late, used, dict(tally.statuses), tally.bytes)


@dataclass(slots=True)
class _Tally:
    """What all connections share."""

    requests: Iterator[bytes]
    least: int = 0
    until: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0

    def goes_on(self) -> bool:
        """Tell whether another request is to be sent."""
        more = 0.0 if len(self.latencies) >= self.least else PATIENCE_S
        return time.perf_counter() < self.until + more


class _Line(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last one is whole."""

    transport: asyncio.Transport

    def __init__(self, tally: _Tally, pause: float) -> None:
        self.tally, self.pause, self.sent = tally, pause, 0.0
        self.idle = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream's transport is a Transport

    def send(self) -> None:
        """Send the next request, if there is time and one left."""
        request = next(self.tally.requests, None) if self.tally.goes_on() else None
        if request is None:
            self.idle.set_result(None)
            return
        self.parser = httptools.HttpResponseParser(self)
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.tally.bytes += len(data)
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Note the answer and go on."""
        self.tally.latencies.append(time.perf_counter() - self.sent)
        self.tally.statuses[self.parser.get_status_code()] += 1
        if self.pause:
            asyncio.get_running_loop().call_later(self.pause, self.send)
        else:
            self.send()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.idle.done():
            self.idle.set_exception(ConnectionError("closed before the answer"))


async def _open(address: str, protocol: Callable[[], P]) -> P:
    loop = asyncio.get_running_loop()
    scheme, _, path = address.partition(":")
    if scheme == "unix":
        return (await loop.create_unix_connection(protocol, path))[1]
    host, _, port = address.rpartition("/")[2].rpartition(":")
    return (await loop.create_connection(protocol, host, int(port)))[1]


class Talk(asyncio.Protocol):
    """One connection on which a request waits for its answer's body."""

    transport: asyncio.Transport

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connect to "unix:/path" or "http://host:port"."""
        return await _open(address, cls)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport  # type: ignore[assignment]  # a stream's transport is a Transport

    async def ask(self, request: bytes) -> bytes:
        """Return the answer's body; RuntimeError when it is no success."""
        self.parser, self.parts = httptools.HttpResponseParser(self), list[bytes]()
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        status = await self.answered
        body = b"".join(self.parts)
        if not 200 <= status < 300:
            raise RuntimeError(f"{request[:80]!r} was answered {status}: {body[:500]!r}")
        return body

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer as it comes."""
        self.parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        """Keep a part of the answer."""
        self.parts.append(data)

    def on_message_complete(self) -> None:
        """Give the status to whoever waits."""
        self.answered.set_result(self.parser.get_status_code())


class Screen(Talk):
    """One connection on which a stream of server-sent events comes in; `hear` gets each of them whole."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        """Know who hears."""
        self.hear, self.held = hear, b""
        self.begun = asyncio.get_running_loop().create_future()

    @classmethod
    async def listen(cls, address: str, request: bytes, hear: Callable[[bytes], None]) -> Self:
        """Ask for the stream; return when it has begun."""
        screen = await _open(address, lambda: cls(hear))
        screen.parser = httptools.HttpResponseParser(screen)
        screen.transport.write(request)
        await screen.begun
        return screen

    def on_body(self, data: bytes) -> None:
        """Tell of what is whole."""
        *whole, self.held = (self.held + data).split(b"\n\n")
        if not self.begun.done():
            self.begun.set_result(None)
        for event in whole:
            self.hear(event)

    def on_message_complete(self) -> None:
        """Nobody waits for an end."""
