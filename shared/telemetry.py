"""What a process tells its operators: logs, metrics, and the trace of the request at hand."""

import asyncio
import logging
import random
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from opentelemetry import trace as otel
from prometheus_client import Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
PROBES = frozenset(("/livez", "/readyz", "/startupz", "/metrics"))
POLLED = "/v1/changes"  # readers ask it all day; for people that is no news
EXPECTED = (200, 503)  # what a probe finds is a metric; a line for each would drown a start
METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
REQUESTS = Histogram(
    "guanxi_http_request_seconds", "Answered requests", ["method", "route", "status"], buckets=BUCKETS
)
_observers: dict[tuple[str, str, int], Callable[[float], None]] = {}


@dataclass(frozen=True, slots=True)
class Trace:
    """Which request this is; ids in hexadecimal, `deadline` in seconds of the monotonic clock."""

    request_id: str
    trace_id: str
    deadline: float | None = None

    def remaining(self) -> float | None:
        """Return the seconds until the caller gives up, if it said when."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def traceparent(self) -> str:
        """Return the W3C header under which the next hop continues this trace."""
        span = otel.get_current_span().get_span_context()
        if span.is_valid:
            return f"00-{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"
        return f"00-{self.trace_id}-{identifier(64)}-01"


current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def identifier(bits: int = 128) -> str:
    """Return a random trace or span id."""
    return f"{random.getrandbits(bits):0{bits // 4}x}"


def observe(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one answered request; no label holds anything that a caller can choose."""
    key = (method if method in METHODS else "other", route or "unmatched", status // 100)
    if (observer := _observers.get(key)) is None:
        observer = _observers[key] = REQUESTS.labels(key[0], key[1], f"{key[2]}xx").observe
    observer(seconds)


class Teller:
    """Writes the one line that each answered request leaves in the log, and counts it; quiet about probes."""

    def __init__(self, service: str, style: str) -> None:
        self.service, self.readable = service, style == "text"
        self.say = _readable if self.readable else _json
        self.lines: list[str] = []  # of the loop's present round: one call of the system writes them all

    def tell(self, method: str, route: str | None, status: int, seconds: float, trace: Trace) -> None:
        """Tell of one request; `route` is a template, never the path itself."""
        observe(method, route, status, seconds)
        if (route in PROBES and status in EXPECTED) or (self.readable and route == POLLED and status == 200):
            return
        line = {
            "service": self.service,
            "method": method if method in METHODS else "other",
            "route": route or "unmatched",
            "status": status,
            "ms": round(seconds * 1000, 2),
            "request_id": trace.request_id,
            "trace_id": trace.trace_id,
            "timestamp": time.time(),
        }
        if not self.lines:
            asyncio.get_running_loop().call_soon(self._write)
        self.lines.append(self.say(line))

    def _write(self) -> None:
        lines, self.lines = self.lines, []  # even if nobody reads the log any more
        sys.stderr.write("".join(lines))


def _json(line: dict[str, object]) -> str:
    return orjson.dumps(line).decode() + "\n"


def _readable(line: dict[str, object]) -> str:
    return "{method} {route} {status} {ms} ms {request_id}\n".format_map(line)


def configure(service: str, style: str) -> None:
    """Send all logs to standard error: "json" is an object a line, "text" for people, without a time."""
    readable = style == "text"
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer(_dumps)
    )
    details: list[Any] = [_frames] if readable else [structlog.processors.TimeStamper(fmt="iso"), _frames]
    structlog.configure(
        processors=[structlog.processors.add_log_level, *details, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if not isinstance(each, _Forward)), _Forward(service)]
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"  # the guard writes that line


def _dumps(event: object, **_: object) -> str:
    return orjson.dumps(event, default=repr).decode()


def _frames(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep where an exception arose, not its text, which may quote a person's data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        event["frames"] = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
    return event


class _Forward(logging.Handler):
    """Hands what the standard library's loggers are told to ours."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.log = structlog.get_logger(service=service)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        extra = {} if error is None else {"exc_info": error}
        try:
            self.log.log(record.levelno, record.getMessage(), logger=record.name, **extra)
        except (OSError, ValueError):  # nobody reads the log any more: the work that logs goes on
            self.handleError(record)
