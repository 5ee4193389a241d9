"""One request at the door: what its headers say, whether its client is still there, how it is answered."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from gateway.body import ClientLeftError, Endless, Incoming
from gateway.link import Link
from gateway.refusals import BadRequest
from gateway.routing import streams
from shared import telemetry
from shared.errors import MEDIA_TYPE, Late, Problem, TooLarge, document
from web.guard import TRACEPARENT

Headers = list[tuple[bytes, bytes]]
HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"expect",
    )
)
_OURS = frozenset(
    (
        b"host",
        b"authorization",
        b"x-api-key",
        b"x-guanxi-identity",
        b"x-request-id",
        b"x-deadline-ms",
        b"traceparent",
        b"content-length",
        b"origin",
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"x-forwarded-port",
    )
)
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))
_NOT_UP = HOP | _OURS
_NOT_DOWN = HOP | frozenset((b"server", b"date", b"x-request-id"))
_ID = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
WATCH_S = 0.05  # an answer slower than this is worth watching for the client's leaving
READ_S = 30.0  # the longest silence inside an answer, and the longest a client may not read


class Call:
    """Holds one request; `extra` are headers that every answer to it gets."""

    __slots__ = (
        "answer_s",
        "body",
        "chunked",
        "client_left",
        "extra",
        "give_up",
        "handed_on",
        "kept",
        "key",
        "length",
        "origin",
        "receive",
        "request_id",
        "route",
        "scope",
        "send",
        "serving",
        "started",
        "status",
        "streams",
        "trace",
        "traceparent",
        "watcher",
        "wrong",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, cap: int, answer_ms: int) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.key = self.origin = self.request_id = self.trace = self.traceparent = b""
        self.route: str | None = None
        self.wrong = ""
        self.length: int | None = None
        self.chunked = self.started = self.client_left = self.handed_on = False
        self.status, self.answer_s = 0, answer_ms / 1000
        self.give_up: float | None = None  # when the client does, by the monotonic clock
        self.kept: Headers = []
        self.extra: Headers = []
        self.watcher: asyncio.Task[None] | None = None
        self.serving = asyncio.current_task()
        self.streams = scope["method"] == "POST" and streams(scope["raw_path"])
        self.body = Endless(receive) if self.streams else Incoming(receive, cap=cap)

    # -- what the headers say
    def inspect(self) -> None:
        """Sort the headers; BadRequest for framing that two readers could understand differently."""
        kept, named = self.kept, b""
        for header in self.scope["headers"]:
            name, value = header
            if name not in _NOT_UP:
                kept.append(header)
            elif name == b"connection":
                if value.lower() not in {b"keep-alive", b"close"}:
                    named += b"," + value.lower()
            elif name in _FRAMING:
                self._note_framing(name, value)
            else:
                self._note(name, value)
        if not self.trace:
            self.trace = telemetry.identifier().encode()
            self.traceparent = b"00-%b-%b-01" % (self.trace, self.trace[:16])
        self.request_id = self.request_id or self.trace
        self.extra.append((b"x-request-id", self.request_id))
        self._judge_framing()
        if named:
            drop = _listed(named)
            self.kept = [header for header in kept if header[0] not in drop]

    def _judge_framing(self) -> None:
        if self.chunked and self.length is not None:
            self.wrong = "Content-Length and Transfer-Encoding exclude each other."
        if self.wrong:
            raise BadRequest(self.wrong)
        if self.length is not None and self.length > self.body.cap:
            raise TooLarge(f"The body may have {self.body.cap} bytes at most.")

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            self.key = value[7:].strip()
        elif name == b"x-api-key":
            self.key = self.key or value
        elif name == b"x-request-id" and 0 < len(value) <= 64 and _ID.issuperset(value):
            self.request_id = value
        elif name == b"traceparent":
            if parent := TRACEPARENT.fullmatch(value):
                self.trace, self.traceparent = parent[1], value
        elif name == b"origin":
            self.origin = value
        elif name == b"x-deadline-ms" and value.isdigit() and len(value) < 10:
            self.give_up = time.monotonic() + int(value) / 1000

    def _note_framing(self, name: bytes, value: bytes) -> None:
        self.body.done = self.body.done and value == b"0"
        if name == b"content-length":
            if self.length is not None or not value.isdigit() or len(value) > 18:
                self.wrong = "Content-Length is not one number."
            else:
                self.length = int(value)
        else:
            if self.chunked or value.lower() != b"chunked":
                self.wrong = "The only transfer encoding is chunked, and once."
            self.chunked = True

    def seconds_left(self, now: float) -> float:
        """Return how long a service may take; raises Late when the client has given up by `now`."""
        if self.give_up is None:
            return self.answer_s
        if (left := self.give_up - now) <= 0:
            raise Late
        return min(self.answer_s, left)

    # -- noticing that the client left; costs a task, so it is done for slow answers only
    def watch(self) -> None:
        """Cancel the serving task when the client leaves, once its body has been read."""
        if self.watcher is None and self.body.done and self.serving:
            self.watcher = asyncio.get_running_loop().create_task(self._await_leaving(self.serving))

    async def _await_leaving(self, serving: asyncio.Task[Any]) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            continue
        self.client_left = True
        serving.cancel()

    def close(self) -> None:
        """Stop watching, and hold the body no longer."""
        self.body.let_go()
        if self.watcher:
            self.watcher.cancel()

    # -- answers
    async def relay(self, link: Link, park: Callable[[Link], None]) -> None:
        """Pass a service's answer on as it comes; raises UpstreamError or ClientLeftError.

        `park` is told of a link whose answer does not leave at once.
        """
        drop = _NOT_DOWN
        if connection := [value for name, value in link.headers if name == b"connection"]:
            drop |= _listed(b",".join(connection))
        if link.status in {204, 304}:
            drop |= {b"content-length"}
        headers = [header for header in link.headers if header[0] not in drop]
        headers += self.extra
        unread = self._close_if_unread(headers)
        self.started, self.status = True, link.status
        await self.send({"type": "http.response.start", "status": link.status, "headers": headers})
        data = await link.read(READ_S)
        if not link.ended:
            self.watch()
            park(link)
        while not link.ended:
            await self._send_part(data)
            data = await link.read(READ_S)
        await self._finish(data, unread=unread)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem; once an answer has begun, end without its end: uvicorn cuts the line."""
        if self.started:
            return
        path = self.scope["path"]
        body = orjson.dumps(document(problem, instance=path, trace_id=self.trace.decode()))
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        await self.reply(problem.status, headers, body)

    async def reply(self, status: int, headers: Headers, body: bytes = b"") -> None:
        """Answer with a body that the gateway made."""
        if status != 204:
            headers.append((b"content-length", b"%d" % len(body)))
        headers += self.extra
        unread = self._close_if_unread(headers)
        self.started, self.status = True, status
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._finish(body, unread=unread)

    def _close_if_unread(self, headers: Headers) -> bool:
        if self.body.done:
            return False
        headers.append((b"connection", b"close"))
        return True

    async def _finish(self, data: bytes, *, unread: bool) -> None:
        """Send the last part; a client that still sends its body is heard out, else it would not listen."""
        await self.send({"type": "http.response.body", "body": data, "more_body": unread})
        if unread:
            await self.body.drain()
            await self.send({"type": "http.response.body", "body": b""})

    async def _send_part(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(READ_S):
                await self.send({"type": "http.response.body", "body": data, "more_body": True})
        except TimeoutError as problem:
            raise ClientLeftError from problem


def _listed(value: bytes) -> frozenset[bytes]:
    return frozenset(part.strip().lower() for part in value.split(b","))
