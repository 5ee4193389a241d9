"""What uvicorn lacks: answers in one write, bounded waiting for headers, a problem for 400, a gentle end."""

import asyncio
from typing import Any, cast

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import MEDIA_TYPE, Problem, document

HEADERS_S = 10.0  # from the first byte, or the connection, to the end of a request's headers
UNREAD_S = 30.0
HELD = 64 * 1024
LINGER_S = 5  # how long an idle connection of an ending process may be used once more
CLOSING = (
    asyncio.Event()
)  # set when this process is asked to end: who waits for something to tell, answers now
_BAD = b"HTTP/1.1 400 Bad Request\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"


class NotHttp(Problem):
    """What came is not HTTP/1.1."""

    status, code, title = 400, "not_http", "The request is not well-formed HTTP"


class Gathering:
    """A transport that writes once per turn of the event loop: uvicorn hands head and body over apart."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._loop = transport, asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold until the loop turns, or until it is much."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size > HELD:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        parts = self._parts
        if parts:
            self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
            self._parts, self._size = [], 0

    def close(self) -> None:
        """Write what is held, then close; whoever does not read the rest is cut off."""
        self.flush()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._loop.call_later(UNREAD_S, self._transport.abort)


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol with what it lacks; named in the server's settings.

    A gentle end: an idle connection is not closed under a request that may be on its way. Its next request
    is answered and told `connection: close`; only who stays silent for `linger_s` is cut.
    """

    linger_s = 0  # for all connections of this process; set when it is asked to end gently
    _slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for the first request."""
        super().connection_made(cast("asyncio.Transport", Gathering(transport)))
        self._wait_for_headers()
        if CLOSING.is_set():  # accepted in the last moment
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the end of the headers."""
        self._wait_for_headers()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop waiting: from here on the application bounds the body."""
        self._stop_waiting()
        super().on_headers_complete()
        if CLOSING.is_set():
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Let this connection end with its next answer, or when it has been idle for too long."""
        self.timeout_keep_alive = self.linger_s
        if not self.linger_s:
            super().shutdown()
        elif self.cycle is None or self.cycle.response_complete:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.linger_s, self.timeout_keep_alive_handler
            )
        elif not self.cycle.response_started:  # else it has been said already that the connection stays
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed with a problem, as everything else."""
        body = orjson.dumps(document(NotHttp(msg)))
        self.transport.write(_BAD % (MEDIA_TYPE.encode(), len(body), body))
        self.transport.close()

    def _wait_for_headers(self) -> None:
        if self._slow is None:
            self._slow = self.loop.call_later(HEADERS_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None
