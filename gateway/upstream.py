"""A service as the gateway sees it: a bounded LIFO pool of links, with a retry budget and a breaker."""

import asyncio
from collections import deque
from dataclasses import dataclass

from gateway.breaker import Breaker
from gateway.link import Exchange, LateError, Link, StaleError, UnreachableError, UpstreamError
from web.budget import Budget

CONNECT_S = 1.0
IDLE_S = 3.0  # below what an ending service lets an idle connection live: a pooled link is not stale
SLOW_S = 1.0  # an answer that takes longer makes the service suspect
MAX_ANSWER = 32 * 1024 * 1024


@dataclass(slots=True)
class Answer:
    """A whole answer of a service, read by the gateway itself."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Upstream:
    """Sends exchanges to one service; `address` is "unix:/path.sock" or "http://host:port"."""

    def __init__(self, name: str, address: str, *, limit: int = 128, queue: int = 512) -> None:
        self.name, self.limit, self.queue_limit = name, limit, queue
        scheme, _, rest = address.partition(":")
        self.path = rest if scheme == "unix" else ""
        host, _, port = rest.strip("/").rpartition(":")
        self.host, self.port = host.strip("[]"), int(port) if not self.path else 0
        self.idle: list[Link] = []
        self.open = 0
        self.queue: deque[asyncio.Future[None]] = deque()
        self.budget = Budget()
        self.watched_by(Breaker(self._probe))

    def watched_by(self, breaker: Breaker) -> None:
        """Share a breaker with another pool to the same service."""
        self.breaker = breaker
        self._slow = (SLOW_S, breaker.suspect)

    async def send(self, request: Exchange) -> Link:
        """Return the link once the headers of the answer are in; give it back with `release`.

        Raises UnreachableError, LateError or UpstreamError. When a link died unanswered, a request that may
        be repeated is tried once more on a fresh one, within the budget.
        """
        if self.breaker.open:
            raise UnreachableError("not answering")
        request.alarms += (self._slow,)
        link = await self._take(request)
        again = request.repeatable
        while True:
            try:
                await link.exchange(request)
            except BaseException as problem:
                self._drop(link)
                if isinstance(problem, LateError):
                    self.breaker.suspect()
                if not (again and isinstance(problem, StaleError) and self.budget.spend()):
                    raise
                link, again = await self._connect(request), False
            else:
                self.budget.earn()
                return link

    async def ask(self, request: Exchange) -> Answer:
        """Make one exchange and read all of the answer, within `request.seconds` in all."""
        link: Link | None = None
        try:
            async with asyncio.timeout(request.seconds):
                link = await self.send(request)
                parts, size = [], 0
                while part := await link.read(request.seconds):
                    parts.append(part)
                    size += len(part)
                    if size > MAX_ANSWER:
                        raise UpstreamError("the answer is too large")
                return Answer(link.status, link.headers, b"".join(parts))
        except TimeoutError as problem:
            self.breaker.suspect()
            raise LateError("no answer in time") from problem
        finally:
            if link:
                self.release(link)

    def release(self, link: Link) -> None:
        """Pool the link if its answer was read to the end, close it otherwise."""
        if link.ended and link.keep and not link.lost:
            link.used_at = link.loop.time()
            self.idle.append(link)
            self._next()
        else:
            self._drop(link)

    async def close(self) -> None:
        """Close what is idle and stop probing."""
        self.breaker.close()
        for link in self.idle:
            link.abort()
        self.idle.clear()

    def _pooled(self) -> Link | None:
        now = asyncio.get_running_loop().time()
        while self.idle:
            link = self.idle.pop()
            if not link.lost and not link.transport.is_closing() and now - link.used_at < IDLE_S:
                return link
            self._drop(link)
        return None

    async def _take(self, request: Exchange) -> Link:
        if link := self._pooled():
            return link
        if self.open >= self.limit:
            return await self._queued(request)
        return await self._connect(request)

    async def _queued(self, request: Exchange) -> Link:
        """Wait for a free place, in order of arrival."""
        if len(self.queue) >= self.queue_limit:
            raise UnreachableError("too many requests wait for it")
        loop = asyncio.get_running_loop()
        until = loop.time() + min(CONNECT_S, request.left(loop.time()))
        while self.open >= self.limit and not self.idle:
            ticket = loop.create_future()
            self.queue.append(ticket)
            try:
                async with asyncio.timeout_at(until):
                    await ticket
            except BaseException as problem:
                if ticket.done() and not ticket.cancelled():
                    self._next()  # woken and cancelled at once: hand the place on
                if isinstance(problem, TimeoutError):
                    raise UnreachableError("busy") from problem
                raise
        return self._pooled() or await self._connect(request)

    async def _connect(self, request: Exchange) -> Link:
        loop = asyncio.get_running_loop()
        patience = min(CONNECT_S, request.left(loop.time()))
        self.open += 1
        try:
            async with asyncio.timeout(patience):
                if self.path:
                    return (await loop.create_unix_connection(Link, self.path))[1]
                return (await loop.create_connection(Link, self.host, self.port))[1]
        except BaseException as problem:
            self.open -= 1
            self._next()
            if isinstance(problem, TimeoutError):
                self.breaker.suspect()
            if isinstance(problem, (TimeoutError, OSError)):
                raise UnreachableError("no connection") from problem
            raise

    def _drop(self, link: Link) -> None:
        link.abort()
        self.open -= 1
        self._next()

    def _next(self) -> None:
        while self.queue:
            ticket = self.queue.popleft()
            if not ticket.done():
                ticket.set_result(None)
                return

    async def _probe(self) -> None:
        """Ask for a sign of life on a connection of its own; any answer is one."""
        head = b"GET /livez HTTP/1.1\r\nhost: guanxi\r\nconnection: close\r\n"
        link = await self._connect(request := Exchange(b"GET", head, CONNECT_S))
        try:
            await link.exchange(request)
        finally:
            self._drop(link)
