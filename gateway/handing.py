"""Handing a request on to the gateway's own app, within the same bounds and under the same identity."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Send

from gateway.call import WATCH_S, Call
from shared.auth import HEADER

_IDENTITY = HEADER.encode()
_REPLACED = frozenset(
    (_IDENTITY, b"x-request-id", b"x-deadline-ms", b"traceparent", b"authorization", b"x-api-key")
)


async def hand_on(own: ASGIApp, call: Call, token: bytes) -> None:
    """Let the own app answer; `token` is the signed identity, empty for what is public."""
    scope = dict(call.scope)
    scope["headers"] = [
        *((name, value) for name, value in call.scope["headers"] if name not in _REPLACED),
        (b"x-request-id", call.request_id),
        (b"traceparent", call.traceparent),
        *([(b"x-deadline-ms", _left(call))] if call.give_up is not None else []),
        *([(_IDENTITY, token)] if token else []),
    ]
    call.handed_on = True  # the own app's guard tells of it
    timer = asyncio.get_running_loop().call_later(WATCH_S, call.watch)
    try:
        await own(scope, _receiver(call), _marking(call))
    finally:
        timer.cancel()


def _left(call: Call) -> bytes:
    return b"%d" % (call.seconds_left(time.monotonic()) * 1000)


def _receiver(call: Call) -> Receive:
    """Give the own app its body within the same bounds; the client's leaving is watched elsewhere."""

    async def receive() -> Message:
        if call.body.done:
            if not call.body.told:
                call.body.told = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.Event().wait()
        data = await call.body.part()
        call.body.told = call.body.done
        return {"type": "http.request", "body": data, "more_body": not call.body.done}

    return receive


def _marking(call: Call) -> Send:
    """Add what every answer carries."""

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.started, call.status = True, message["status"]
            own = [h for h in message.get("headers", ()) if h[0].lower() != b"x-request-id"]
            message = {**message, "headers": [*own, *call.extra]}
        await call.send(message)

    return send
