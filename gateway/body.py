"""The body of a request on its way in: capped or endless, bounded in time, held when small."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import ClassVar

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from gateway.refusals import SlowBody
from shared.errors import TooLarge

PATIENCE_S, LEAST_RATE = 20.0, 8 * 1024  # a body has 20 s, and a second more for each 8 KiB that came
HELD = 64 * 1024  # bodies up to here are sent to the service at once, and can be sent again
HELD_ROOMY, ROOM = 256 * 1024, 64 << 20  # or up to here, while all that are held together take less than this
SILENCE_S, LEAST_STREAM = 30.0, 1024  # a stream is silent for 30 s at most, and 1 s for each KiB that came
DRAIN_S, DRAIN_BYTES = 10.0, 64 * 1024 * 1024


class ClientLeftError(ClientDisconnect):
    """The client closed its connection."""


class Incoming:
    """Reads one request's body; `cap` in bytes, whatever the framing says."""

    held: ClassVar[int] = 0  # bytes of all bodies that have not been let go
    __slots__ = ("_held", "_receive", "_until", "cap", "done", "size", "told")

    def __init__(self, receive: Receive, *, cap: int) -> None:
        self._receive, self.cap = receive, cap
        self.done, self.size = True, 0  # until a header says that there is a body
        self._until, self._held = 0.0, 0
        self.told = False  # whether a reader has been given the end

    async def part(self) -> bytes:
        """Return the next part; raises SlowBody, TooLarge or ClientLeftError."""
        message = await self._awaited()
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        data: bytes = message.get("body", b"")
        self.done = not message.get("more_body", False)
        self.size += len(data)
        if self.size > self.cap:
            raise TooLarge(f"The body may have {self.cap} bytes at most.")
        return data

    async def _awaited(self) -> Message:
        loop = asyncio.get_running_loop()
        self._until = self._until or loop.time() + PATIENCE_S
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as problem:
            raise SlowBody from problem
        self._until += len(message.get("body", b"")) / LEAST_RATE
        return message

    async def begin(self) -> bytes:
        """Return all of a small body, or the first part of a long one (then `done` is false)."""
        if self.done:
            return b""
        data = await self.part()
        while not self.done and self.size < (HELD_ROOMY if Incoming.held < ROOM else HELD):
            Incoming.held += self.size - self._held
            self._held = self.size
            data += await self.part()
        return data

    def let_go(self) -> None:
        """Count what was held no longer."""
        Incoming.held -= self._held
        self._held = 0

    async def rest(self) -> AsyncIterator[bytes]:
        """Give the parts that follow."""
        while not self.done:
            if data := await self.part():
                yield data

    async def drain(self) -> None:
        """Read on and forget, so that the client gets to read the answer; bounded, never raises."""
        read = 0
        try:
            async with asyncio.timeout(DRAIN_S):
                while not self.done and read < DRAIN_BYTES:
                    message = await self._receive()
                    self.done = not message.get("more_body", False)
                    read += len(message.get("body", b""))
        except TimeoutError:
            return


class Endless(Incoming):
    """The body of a stream: of any length, in any time.

    Only its client's silence is bounded: that a service does not read yet is no fault of the client.
    """

    __slots__ = ("_patience",)

    def __init__(self, receive: Receive) -> None:
        super().__init__(receive, cap=sys.maxsize)
        self._patience = SILENCE_S

    async def _awaited(self) -> Message:
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError as problem:
            raise SlowBody from problem
        left = self._patience - (loop.time() - since)
        self._patience = min(SILENCE_S, left + len(message.get("body", b"")) / LEAST_STREAM)
        return message
