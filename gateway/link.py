"""One HTTP/1.1 connection to a service: one exchange at a time, streamed both ways."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import cast

import httptools

HIGH = 128 * 1024  # bytes of an answer held before reading pauses
MAX_HEADERS, MAX_HEADER_BYTES = 128, 64 * 1024
Alarm = tuple[float, Callable[[], None]]  # after how many seconds without an answer, what to do


class UpstreamError(Exception):
    """The service broke the exchange (502)."""


class UnreachableError(UpstreamError):
    """No connection to the service, or no place in its queue (503)."""


class StaleError(UpstreamError):
    """A pooled connection died before the first byte of the answer."""


class LateError(UpstreamError):
    """No answer within the time allowed (504)."""


@dataclass(slots=True)
class Exchange:
    """What to send: `head` is complete but for the deadline; `body` is whole unless `rest` follows it."""

    method: bytes
    head: bytes
    seconds: float  # for all until the answer's headers; of a `rest` only for what comes after it
    body: bytes = b""
    rest: AsyncIterator[bytes] | None = None
    chunked: bool = False
    repeatable: bool = False
    alarms: tuple[Alarm, ...] = ()  # earliest first
    until: float = 0.0  # the loop's time, from the first look at what is left

    def left(self, now: float) -> float:
        """Return the seconds that are left, waiting and tries included; raises LateError without any."""
        self.until = self.until or now + self.seconds
        if (left := self.until - now) <= 0:
            raise LateError("no time is left")
        return left


class Link(asyncio.Protocol):
    """Holds one connection and the answer that is arriving on it."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.lost = self.done = False
        self.writable: asyncio.Future[bool] | None = None
        self.waiter: asyncio.Future[bool] | None = None
        self.used_at = 0.0
        self._begin(b"GET")
        self.done = True

    def _begin(self, method: bytes) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.method, self.status, self.header_bytes = method, 0, 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunks: deque[bytes] = deque()
        self.held = 0
        self.done = self.headed = self.touched = self.paused = self.until_close = self.keep = False
        self.problem: UpstreamError | None = None

    # -- transport
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def pause_writing(self) -> None:
        """Hold the request's body back: the service does not read."""
        self.writable = self.loop.create_future()

    def resume_writing(self) -> None:
        """Go on with the request's body."""
        if self.writable and not self.writable.done():
            self.writable.set_result(True)
        self.writable = None

    def data_received(self, data: bytes) -> None:
        """Parse; a connection that speaks out of turn is never used again."""
        if self.done:
            self.abort()
            return
        self.touched = True
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as problem:
            if not self.done:
                self._fail(UpstreamError(f"bad answer: {problem}"))
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the answer cleanly only if its end is the end of the connection."""
        self.lost = True
        self.resume_writing()
        if self.done:
            return
        if self.headed and self.until_close and exc is None:
            self.done = True
            self._wake()
        else:
            self._fail(UpstreamError("closed in the middle") if self.touched else StaleError("closed"))

    # -- httptools callbacks
    def on_message_begin(self) -> None:
        """Refuse a second answer to one request."""
        if self.done:
            self.keep = False
            raise UpstreamError("an answer nobody asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect, within bounds."""
        self.header_bytes += len(name) + len(value)
        if self.header_bytes > MAX_HEADER_BYTES or len(self.headers) >= MAX_HEADERS:
            raise UpstreamError("headers of the answer are too large")
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Decide how the body ends; skip interim answers (100, 103)."""
        self.status = self.parser.get_status_code()
        if self.status < 200:
            self.headers, self.header_bytes = [], 0
            return
        self.headed = True
        names = {name: value for name, value in self.headers if name in _FRAMING}
        if self.method == b"HEAD":  # the parser does not know; a new one is made for the next exchange
            self.done = True
            self.keep = (
                b"close" not in names.get(b"connection", b"").lower()
                and self.parser.get_http_version() == "1.1"
            )
        else:
            self.until_close = self.status not in {204, 304} and not (
                b"content-length" in names or b"transfer-encoding" in names
            )
            self.keep = not self.until_close and self.parser.should_keep_alive()
        self._wake()

    def on_chunk_header(self) -> None:
        """Refuse a body where none may be."""
        if self.done:
            self.keep = False

    def on_body(self, data: bytes) -> None:
        """Hold a part for the reader; ask the service to pause when too much is held."""
        if self.done:  # a body after HEAD
            self.keep = False
            return
        self.chunks.append(data)
        self.held += len(data)
        if self.held > HIGH and not self.paused:
            self.paused = True
            self.transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """Note the end of the answer."""
        if self.headed:
            self.done = True
            self._wake()

    # -- waiting
    def _wake(self) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(True)

    def _fail(self, problem: UpstreamError) -> None:
        self.done, self.keep, self.problem = True, False, problem
        self._wake()

    async def _wait(self, seconds: float) -> bool:
        """Tell whether something came before the time was up; it may also come in the moment after."""
        waiter: asyncio.Future[bool] = self.loop.create_future()
        self.waiter = waiter
        timer = self.loop.call_later(seconds, _time_up, waiter)
        try:
            return await waiter
        finally:
            timer.cancel()
            self.waiter = None

    # -- one exchange
    async def exchange(self, request: Exchange) -> None:
        """Send, and wait for the headers of the answer; raises UpstreamError."""
        seconds, sent_all = request.left(self.loop.time()), True
        self._begin(request.method)
        head = b"%bx-deadline-ms: %d\r\n\r\n" % (request.head, seconds * 1000)
        if request.rest is None:
            self.transport.write(head + request.body)
        else:
            sent_all, seconds = await self._stream(head, request, request.rest), request.seconds
        if not self.answered:
            await self._answered(request.alarms, seconds)
        if self.problem:
            raise self.problem
        self.keep = self.keep and sent_all

    async def _answered(self, alarms: tuple[Alarm, ...], seconds: float) -> None:
        """Wait for the headers or a problem, raising the alarms on the way."""
        waited = 0.0
        for after, alarm in alarms:
            if after >= seconds:
                break
            if await self._wait(after - waited) or self.answered:
                return
            waited = after
            alarm()
        if not (await self._wait(seconds - waited) or self.answered):
            self._fail(LateError("no answer in time"))

    async def _stream(self, head: bytes, request: Exchange, rest: AsyncIterator[bytes]) -> bool:
        """Send a long body part by part; stop when the answer comes first."""
        write, chunked = self.transport.write, request.chunked
        write(head + (_chunk(request.body) if chunked and request.body else request.body))
        async for part in rest:
            if self.answered:
                return False
            write(_chunk(part) if chunked else part)
            if (writable := self.writable) is not None:
                timer = self.loop.call_later(request.seconds, _time_up, writable)
                try:
                    if not await writable:
                        raise LateError("the service does not read")
                finally:
                    timer.cancel()
        if chunked:
            write(b"0\r\n\r\n")
        return True

    async def read(self, seconds: float) -> bytes:
        """Return what has arrived, b"" at the end; raises UpstreamError when the answer is cut or late."""
        while not self.chunks and not self.done:
            if not (await self._wait(seconds) or self.chunks or self.done):
                self._fail(LateError("the answer stopped"))
        if self.chunks:
            data = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
            self.chunks.clear()
            self.held = 0
            if self.paused and not self.lost:
                self.paused = False
                self.transport.resume_reading()
            return data
        if self.problem:
            raise self.problem
        return b""

    @property
    def answered(self) -> bool:
        """Whether the headers are here, or will never be."""
        return self.headed or self.problem is not None

    @property
    def ended(self) -> bool:
        """Whether all of the answer has been read."""
        return self.done and not self.chunks and self.problem is None

    def abort(self) -> None:
        """Close at once, whatever is on the way."""
        self.keep = False
        self.transport.abort()


_FRAMING = frozenset((b"connection", b"content-length", b"transfer-encoding"))


def _time_up(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(False)


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(part), part)
