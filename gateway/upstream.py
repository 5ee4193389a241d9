"""A service as the gateway sees it: a bounded LIFO pool of links, with a retry budget and a breaker."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property

from gateway.breaker import Breaker
from gateway.link import Exchange, LateError, Link, StaleError, UnreachableError, UpstreamError
from web.budget import Budget

CONNECT_S = 1.0
QUEUE_S = 0.2  # the longest wait for a place
CROWDED_S = 0.1  # once the first in the queue has waited for so long, others are refused at once
ARRIVING_S = 5.0  # the longest wait of a body that is too long to be held
STREAMS = 64  # bodies without end at a time
SLOWLY = 500  # answers that leave at their clients' pace, beside the limit
IDLE_S = 3.0  # below what an ending service lets an idle connection live: a pooled link is not stale
SLOW_S = 1.0  # an answer that takes longer makes the service suspect
MAX_ANSWER = 32 * 1024 * 1024


Ticket = asyncio.Future[Link | None]  # a place, with or without a link in it


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
        self.queue: deque[tuple[float, Ticket]] = deque()  # since when
        self.parked: set[Link] = set()
        self.arriving = asyncio.Semaphore(limit // 4)  # clients that send slowly never take all places
        self.budget = Budget()
        self.address, self.others = address, list[Upstream]()
        self._watched_by(Breaker(self._probe))

    def _watched_by(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self._slow = (SLOW_S, breaker.suspect)

    def beside(self, limit: int) -> "Upstream":
        """Return another pool to the same service, which shares the breaker and is closed with this one."""
        other = Upstream(self.name, self.address, limit=limit)
        other._watched_by(self.breaker)
        self.others.append(other)
        return other

    @cached_property
    def streams(self) -> "Upstream":
        """Places of their own for bodies without end: however many come, requests find theirs."""
        return self.beside(STREAMS)

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
                link.abort()
                if isinstance(problem, LateError):
                    self.breaker.suspect()
                if not (again and isinstance(problem, StaleError) and self.budget.spend()):
                    self._free()
                    raise
                link, again = await self._connect(request), False
            else:
                self.budget.earn()
                return link

    @asynccontextmanager
    async def hearing_out(self) -> AsyncIterator[None]:
        """Have one of the places for requests whose bodies are still on their way; else UnreachableError.

        Who waits for one is not read from meanwhile.
        """
        try:
            async with asyncio.timeout(ARRIVING_S):
                await self.arriving.acquire()
        except TimeoutError as problem:
            raise UnreachableError("too many long bodies") from problem
        try:
            yield
        finally:
            self.arriving.release()

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

    def park(self, link: Link) -> None:
        """Give the link's place to others: its service has answered, and its client takes its time."""
        if link not in self.parked and len(self.parked) < SLOWLY:
            self.parked.add(link)
            self._free()

    def release(self, link: Link) -> None:
        """Hand the link on or pool it, if its answer was read to the end; close it otherwise."""
        if link.ended and link.keep and not link.lost and self._back(link):
            link.used_at = link.loop.time()
            if not self._hand_on(link):
                self.idle.append(link)
        else:
            self._drop(link)

    def _back(self, link: Link) -> bool:
        """Tell whether a link has a place, its old one or another."""
        if link in self.parked:
            if self.open >= self.limit:
                return False
            self.parked.remove(link)
            self.open += 1
        return True

    async def close(self) -> None:
        """Close what is idle and stop probing."""
        self.breaker.close()
        for other in self.others:
            await other.close()
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
        if self.open < self.limit:
            self.open += 1
        elif (link := await self._queued(request)) and not link.lost:
            return link
        return await self._connect(request)

    async def _queued(self, request: Exchange) -> Link | None:
        """Wait for a place, in order of arrival; not at all where that would take too long."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        late = bool(self.queue) and now - self.queue[0][0] > CROWDED_S
        if late or len(self.queue) >= self.queue_limit:
            raise UnreachableError("too many requests wait for it")
        ticket: Ticket = loop.create_future()
        self.queue.append((now, ticket))
        try:
            async with asyncio.timeout_at(now + min(QUEUE_S, request.left(now))):
                return await ticket
        except BaseException as problem:
            if ticket.done() and not ticket.cancelled():  # served and cancelled at once
                if link := ticket.result():
                    self.release(link)
                else:
                    self._free()
            if isinstance(problem, TimeoutError):
                raise UnreachableError("busy") from problem
            raise

    async def _connect(self, request: Exchange) -> Link:
        """Fill a place with a new link; without success the place is free again."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(min(CONNECT_S, request.left(loop.time()))):
                if self.path:
                    return (await loop.create_unix_connection(Link, self.path))[1]
                return (await loop.create_connection(Link, self.host, self.port))[1]
        except BaseException as problem:
            self._free()
            if isinstance(problem, TimeoutError):
                self.breaker.suspect()
            if isinstance(problem, (TimeoutError, OSError)):
                raise UnreachableError("no connection") from problem
            raise

    def _drop(self, link: Link) -> None:
        link.abort()
        if link in self.parked:
            self.parked.remove(link)
        else:
            self._free()

    def _free(self) -> None:
        """Hand a place on, or leave it empty."""
        if not self._hand_on(None):
            self.open -= 1

    def _hand_on(self, link: Link | None) -> bool:
        """Give a place to who has waited longest, past whom nobody comes; False when nobody waits."""
        while self.queue:
            _, ticket = self.queue.popleft()
            if not ticket.done():
                ticket.set_result(link)
                return True
        return False

    async def _probe(self) -> None:
        """Ask for a sign of life on a connection of its own; any answer is one."""
        head = b"GET /livez HTTP/1.1\r\nhost: guanxi\r\nconnection: close\r\n"
        self.open += 1
        link = await self._connect(request := Exchange(b"GET", head, CONNECT_S))
        try:
            await link.exchange(request)
        finally:
            self._drop(link)
