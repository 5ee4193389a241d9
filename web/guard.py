"""The outermost layer of every process: trace, body cap, catch-all, one log line a request."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace

import orjson
import structlog
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace as otel
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.errors import MEDIA_TYPE, Problem, TooLarge, UnsupportedMediaType, document
from shared.telemetry import Trace
from web.refusals import problem_of

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
TRACEPARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
DEADLINE = re.compile(rb"[0-9]{1,7}")
CLIENT_LEFT = 499
ENDLESS = "guanxi.endless"  # in the scope: true for who reads a body bit by bit, and holds none of it
Headers = Mapping[bytes, bytes]


class Guard:
    """Wraps an ASGI application so that the server beneath never sees an exception or an endless body."""

    def __init__(self, app: ASGIApp, *, service: str, log: str = "json", max_body: int = 8 << 20) -> None:
        self.app, self.service, self.max_body = app, service, max_body
        self.teller = telemetry.Teller(service, log)
        self.log = structlog.get_logger(service=service)
        self.traced = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] != "http":  # its lifespan begins: by now an OpenTelemetry SDK is there or is not
            self.traced = not isinstance(otel.get_tracer_provider(), otel.ProxyTracerProvider)
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        headers: Headers = dict(scope["headers"])
        trace = read_trace(headers)
        telemetry.current.set(trace)
        answer = _Answer(send, trace.request_id, head=scope["method"] == "HEAD")
        try:
            run = self._traced if self.traced else self.app
            await run(scope, self.bounded(scope, headers, receive), answer.send)
        except ClientDisconnect:
            answer.status = answer.status or CLIENT_LEFT
        except Exception as error:  # noqa: BLE001 - the server would close the connection without a word
            await self._refuse(error, scope, receive, answer)
        trace, seconds = telemetry.current.get() or trace, time.perf_counter() - began
        self.teller.tell(scope["method"], scope.get("route"), answer.status, seconds, trace)

    def bounded(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Refuse encoded bodies; count what may be too long as it is read, unless its reader says ENDLESS."""
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedMediaType("Send the body as it is, without a content encoding.")
        length = headers.get(b"content-length", b"0")
        said = int(length) if len(length) <= 15 else self.max_body + 1
        sure = said <= self.max_body and b"transfer-encoding" not in headers
        return receive if sure else self._counted(scope, receive, said)

    def _counted(self, scope: Scope, receive: Receive, said: int) -> Receive:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            if scope.get(ENDLESS):
                return await receive()
            if said <= self.max_body:
                message = await receive()
                taken += len(message.get("body", b""))
                if taken <= self.max_body:
                    return message
            raise TooLarge(f"A body has at most {self.max_body} bytes.")

        return counted

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        carrier = {"traceparent": headers.get(b"traceparent", b"").decode("latin-1")}
        context = TraceContextTextMapPropagator().extract(carrier)
        tracer = otel.get_tracer("guanxi")
        name = scope["method"] if scope["method"] in telemetry.METHODS else "HTTP"
        with tracer.start_as_current_span(name, context, kind=otel.SpanKind.SERVER) as span:
            known = span.get_span_context()
            if known.is_valid:
                telemetry.current.set(replace(read_trace(headers), trace_id=f"{known.trace_id:032x}"))
            try:
                await self.app(scope, receive, send)
            finally:
                if route := scope.get("route"):
                    span.update_name(f"{name} {route}")
                    span.set_attribute("http.route", route)
                span.set_attribute("http.request.method", name)

    async def _refuse(self, error: Exception, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        problem = problem_of(error)
        if problem is not error and not isinstance(error, RequestValidationError | HTTPException):
            said = {"route": scope.get("route"), "request_id": answer.request_id, "code": problem.code}
            self.log.error("not foreseen by the handler", exc_info=error, **said)
        if answer.status:  # begun: returning without an end makes the server cut the connection
            return
        await refusal(problem, scope)(scope, receive, answer.send)


class _Answer:
    """Passes an answer on, marked with its request id; without a body when only the head was asked for."""

    __slots__ = ("_head", "_send", "request_id", "status")

    def __init__(self, send: Send, request_id: str, *, head: bool) -> None:
        self._send, self._head, self.request_id, self.status = send, head, request_id, 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self.request_id.encode())]
        elif self._head and message.get("body"):
            message = {**message, "body": b""}
        await self._send(message)


def read_trace(headers: Headers) -> Trace:
    """Continue the caller's trace, or begin one; what is not well formed is not believed."""
    parent = TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    trace_id = parent[1].decode() if parent else telemetry.identifier()
    given = headers.get(b"x-request-id", b"")
    left = headers.get(b"x-deadline-ms", b"")
    deadline = time.monotonic() + int(left) / 1000 if DEADLINE.fullmatch(left) else None
    return Trace(given.decode() if REQUEST_ID.fullmatch(given) else trace_id, trace_id, deadline)


def refusal(problem: Problem, scope: Scope) -> Response:
    """Return the answer that a problem is."""
    trace = telemetry.current.get()
    body = document(problem, instance=scope["path"], trace_id=trace.trace_id if trace else None)
    content = orjson.dumps(body, default=str)
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)
