"""The services behind the gateway: how its own routes ask them, and whether all were ready once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.requests import Request

from gateway.link import Exchange, LateError, Link, UpstreamError
from gateway.routing import SERVICES
from gateway.upstream import Answer, Upstream
from shared import telemetry
from shared.auth import HEADER

POLLS = 1_000  # long polls have a pool of their own: however many wait, requests find a connection
READY_EVERY_S, READY_S = 0.2, 2.0


class Services:
    """Two pools to each service: `main` for requests, `waiting` for long polls."""

    def __init__(self, peers: Mapping[str, str]) -> None:
        """Take addresses by service; KeyError names one that is missing."""
        self.main = {name: Upstream(name, peers[name]) for name in SERVICES}
        self.waiting = {name: upstream.beside(POLLS) for name, upstream in self.main.items()}
        self.unready = set(SERVICES)

    async def ask(
        self, request: Request, name: str, path: str, seconds: float, *, polling: bool = False
    ) -> Answer:
        """GET a path for whoever sent `request`, within its deadline; raises UpstreamError."""
        trace = telemetry.current.get()
        left = trace.remaining() if trace else None
        seconds = seconds if left is None else min(seconds, left)
        if seconds <= 0:
            raise LateError("no time is left")
        pool = self.waiting if polling else self.main
        return await pool[name].ask(_exchange(request, path, seconds))

    @asynccontextmanager
    async def streaming(
        self, request: Request, name: str, path: str, seconds: float, headers: Mapping[str, str]
    ) -> AsyncIterator[Link]:
        """GET an answer that comes bit by bit, in the name of whoever sent `request`; raises UpstreamError.

        It begins within so many seconds; how long it may be silent, its reader says.
        """
        upstream = self.waiting[name]
        link = await upstream.send(_exchange(request, path, seconds, headers))
        try:
            yield link
        finally:
            upstream.release(link)

    async def ready_once(self) -> bool:
        """Whether every service has been ready at some time since the gateway started."""
        return not self.unready

    async def await_ready(self) -> None:
        """Ask those that have not been ready yet, until none is left."""
        while self.unready:
            asked = sorted(self.unready)
            ready = await asyncio.gather(*map(self._ready, asked))
            self.unready -= {name for name, yes in zip(asked, ready, strict=True) if yes}
            if self.unready:
                await asyncio.sleep(READY_EVERY_S)

    async def _ready(self, name: str) -> bool:
        head = b"GET /readyz HTTP/1.1\r\nhost: guanxi\r\n"
        try:
            answer = await self.main[name].ask(Exchange(b"GET", head, READY_S, repeatable=True))
        except UpstreamError:
            return False
        return answer.status == 200

    async def close(self) -> None:
        """Close all connections."""
        for upstream in self.main.values():
            await upstream.close()


def _exchange(
    request: Request, path: str, seconds: float, headers: Mapping[str, str] = MappingProxyType({})
) -> Exchange:
    trace = telemetry.current.get()
    lines = [
        f"GET {path} HTTP/1.1\r\nhost: guanxi\r\n{HEADER}: {request.headers[HEADER]}\r\n",
        f"x-request-id: {trace.request_id}\r\ntraceparent: {trace.traceparent()}\r\n" if trace else "",
        *(f"{name}: {value}\r\n" for name, value in headers.items()),
    ]
    return Exchange(b"GET", "".join(lines).encode("latin-1"), seconds, repeatable=True)


def query(path: str, given: Mapping[str, object]) -> str:
    """Return a path with its query, without what is None."""
    kept = {name: value for name, value in given.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path
