"""The door as a pure ASGI app: authenticate, limit, route, stream."""

import asyncio
import time
from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send

from gateway.access.keys import Caller, Keys
from gateway.body import ClientLeftError
from gateway.call import WATCH_S, Call
from gateway.cors import Cors
from gateway.handing import hand_on
from gateway.link import Exchange, LateError, UnreachableError, UpstreamError
from gateway.refusals import BrokenService
from gateway.routing import OWN, PUBLIC, route
from gateway.settings import Door
from gateway.underway import Underway
from gateway.upstream import Upstream
from shared import telemetry
from shared.auth import HEADER
from shared.errors import Late, NotFound, Problem, TooManyRequests, Unauthenticated, Unavailable, Unexpected
from web.guard import CLIENT_LEFT

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_IDENTITY = HEADER.encode()
_REQUEST = (
    b"%b %b%b%b HTTP/1.1\r\nhost: guanxi\r\n%b: %b\r\nx-request-id: %b\r\n"
    b"traceparent: %b\r\nx-forwarded-for: %b\r\n"
)


class Gateway:
    """Lets known clients through to the services, and to `own` for what the gateway answers itself."""

    def __init__(
        self, own: FastAPI, upstreams: Mapping[str, Upstream], door: Door, log: str = "json"
    ) -> None:
        self.own, self.upstreams, self.door = own, upstreams, door
        self.teller = telemetry.Teller(OWN, log)
        self.cors = Cors(door.origins)
        self.underway = Underway()
        self.keys: Keys | None = None  # set when the database is open
        self.log = structlog.get_logger(service=OWN)

    @property
    def state(self) -> State:
        """What the own app holds."""
        return self.own.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve HTTP here and leave the lifespan to the own app; nothing escapes but a cancellation."""
        if scope["type"] == "lifespan":
            await self.own(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        began = time.perf_counter()
        call = Call(scope, receive, send, cap=self.door.max_body, answer_ms=self.door.answer_ms)
        try:
            await self._guarded(call)
        except ClientLeftError:
            call.client_left = True
        except asyncio.CancelledError:
            if not call.client_left:
                raise
        finally:
            call.close()
            if not call.handed_on:
                self._tell(call, time.perf_counter() - began)

    def _tell(self, call: Call, seconds: float) -> None:
        status = call.status or CLIENT_LEFT
        trace = telemetry.Trace(call.request_id.decode(), call.trace.decode())
        self.teller.tell(call.scope["method"], call.route, status, seconds, trace)

    async def _guarded(self, call: Call) -> None:
        try:
            await self.serve(call)
        except Problem as problem:
            await call.refuse(problem)
        except UnreachableError:
            detail = "A service that this needs is down or busy, try again."
            await call.refuse(Unavailable(detail, headers={"Retry-After": "1"}))
        except LateError:
            await call.refuse(Late())
        except ClientLeftError:
            raise
        except UpstreamError:
            await call.refuse(BrokenService())
        except Exception as error:
            self.log.exception("request failed", exc_info=error, request_id=call.request_id.decode())
            await call.refuse(Unexpected())

    async def serve(self, call: Call) -> None:
        """Answer one request; raises Problem, UpstreamError or ClientLeftError."""
        call.inspect()
        if call.origin and self.cors and await self._crossed(call):
            return
        path = call.scope["path"]
        if path in PUBLIC:
            await hand_on(self.own, call, b"")
            return
        caller = await self._caller(call)
        target = route(call.scope["raw_path"])
        if target is None:
            raise NotFound
        call.route = target.label
        if target.service == OWN:
            call.scope["caller"] = caller
            await hand_on(self.own, call, caller.token(time.monotonic()))
        else:
            await self._forward(call, caller, self.upstreams[target.service])

    async def _crossed(self, call: Call) -> bool:
        """Answer a preflight; mark every other answer for the page that asks."""
        asked = (name == b"access-control-request-method" for name, _ in call.kept)
        if call.scope["method"] == "OPTIONS" and any(asked):
            await call.reply(204, self.cors.preflight(call.origin))
            return True
        call.extra += self.cors.mark(call.origin)
        return False

    async def _caller(self, call: Call) -> Caller:
        now = time.monotonic()
        if self.keys is None:
            raise Unavailable("The gateway is starting, try again.", headers={"Retry-After": "1"})
        caller = await self.keys.of(call.key, now) if call.key else None
        if caller is None:
            how = 'Bearer realm="guanxi"' + (', error="invalid_token"' if call.key else "")
            raise Unauthenticated(headers={"WWW-Authenticate": how})
        wait = caller.bucket.take(now)
        while wait and (asking := caller.bucket.asking):  # a lease is on its way
            await asyncio.shield(asking)
            wait = caller.bucket.take(time.monotonic())
        call.extra += caller.bucket.headers()
        if wait:
            raise TooManyRequests(headers={"Retry-After": str(int(wait) + 1)})
        return caller

    async def _forward(self, call: Call, caller: Caller, upstream: Upstream) -> None:
        if call.streams:
            with self.underway.one(caller.credential.client_id):
                await self._exchange(call, caller, upstream.streams, await call.body.begin())
            return
        body = await call.body.begin()
        if call.body.done:
            await self._exchange(call, caller, upstream, body)
        else:
            async with upstream.hearing_out():
                await self._exchange(call, caller, upstream, body)

    async def _exchange(self, call: Call, caller: Caller, upstream: Upstream, body: bytes) -> None:
        method: str = call.scope["method"]
        whole = call.body.done
        keyed = method == "POST" and any(name == b"idempotency-key" for name, _ in call.kept)
        request = Exchange(
            method.encode(),
            self._head(call, caller, len(body)),
            call.seconds_left(time.monotonic()),
            body,
            rest=None if whole else call.body.rest(),
            chunked=call.chunked and not whole,
            repeatable=whole and (method in SAFE or keyed) and not call.streams,
            alarms=((WATCH_S, call.watch),),
        )
        link = await upstream.send(request)
        try:
            await call.relay(link, upstream.park)
        finally:
            upstream.release(link)

    def _head(self, call: Call, caller: Caller, size: int) -> bytes:
        """Write the request's head; a body that is whole has its length, however it was framed."""
        scope = call.scope
        query, client = scope["query_string"], scope["client"]
        first = _REQUEST % (
            scope["method"].encode(),
            scope["raw_path"],
            b"?" if query else b"",
            query,
            _IDENTITY,
            caller.token(time.monotonic()),
            call.request_id,
            call.traceparent,
            client[0].encode() if client else b"unknown",
        )
        lines = [first]
        for name, value in call.kept:
            lines += (name, b": ", value, b"\r\n")
        if call.chunked and not call.body.done:
            lines.append(b"transfer-encoding: chunked\r\n")
        elif call.chunked or call.length is not None:
            lines.append(b"content-length: %d\r\n" % (size if call.body.done else call.length or 0))
        return b"".join(lines)
