"""Waking readers that wait: one listening connection for all of a process's long polls."""

import asyncio
from typing import Any

import asyncpg

RECHECK_S = 1.0  # a notification may be lost, never a change


class Wake:
    """Hears the sequencer's notifications; without a connection, waiting just takes RECHECK_S."""

    def __init__(self, url: str, channel: str) -> None:
        self._url, self._channel = url, channel
        self._stamped, self._connecting = asyncio.Event(), asyncio.Lock()
        self._connection: asyncpg.Connection | None = None

    async def ticket(self) -> asyncio.Event:
        """Return what the next stamp will set: to be taken before reading, so that none is missed."""
        async with self._connecting:
            if self._connection is None or self._connection.is_closed():
                try:
                    await self._listen()
                except (OSError, TimeoutError, asyncpg.PostgresError):
                    self._connection = None
        return self._stamped

    async def wait(self, ticket: asyncio.Event, seconds: float) -> None:
        """Return when the ticket is called, at the latest after `seconds` or RECHECK_S."""
        try:
            async with asyncio.timeout(min(seconds, RECHECK_S)):
                await ticket.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            self._connection.terminate()

    async def _listen(self) -> None:
        self._connection = await asyncpg.connect(self._url, timeout=2)
        self._connection.add_termination_listener(self._call)
        await self._connection.add_listener(self._channel, self._call)

    def _call(self, *_: Any) -> None:  # noqa: ANN401 - what asyncpg passes on
        stamped, self._stamped = self._stamped, asyncio.Event()
        stamped.set()
