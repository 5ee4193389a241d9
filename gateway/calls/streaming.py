"""Rings on their way to a listener: taken from the interaction service as they come, with their callers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from gateway.callers import finding
from gateway.calls.sharing import Sharing
from gateway.link import Link, UpstreamError
from gateway.services import Services
from shared.auth import Principal, Visibility

SILENCE_S = 30.0  # the interaction service speaks every ten seconds
OPEN_S = 5.0
AT_ONCE = 10  # callers shown while the phone rings
Events = asyncio.Queue[bytes | None]


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who listens, and with whom it shares what it may see."""

    services: Services
    request: Request
    principal: Principal
    sharing: Sharing

    async def callers(self, ring: bytes, number: str | None) -> dict[str, Any] | None:
        """Return everybody who shares the number of a ring; None where nobody can be told."""
        if number is None:
            return None
        who = self.principal
        alone = None if who.visibility is Visibility.ALL else who.id
        found: dict[str, Any] | None = await self.sharing.ask(
            (ring, who.rights, who.scopes, alone), lambda: self._find(number)
        )
        return found

    async def _find(self, number: str) -> dict[str, Any] | None:
        try:
            return await finding.find(self.services, self.request, number=number, limit=AT_ONCE)
        except finding.Refused:
            return None


async def rings(listener: Listener, path: str, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """Yield server-sent events as the listener may see them; ends when the interaction service does.

    Each ring waits for its own callers only, so they may overtake each other. Raises UpstreamError before the
    first event when there is nobody to hear from.
    """
    events = Events()
    services, request = listener.services, listener.request
    async with services.streaming(request, "interaction", path, OPEN_S, headers) as link:
        if link.status != 200:
            raise UpstreamError("no stream")
        reading = asyncio.create_task(_read(listener, link, events))
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _read(listener: Listener, link: Link, events: Events) -> None:
    held, asking = b"", set[asyncio.Task[None]]()
    try:
        while part := await link.read(SILENCE_S):
            *whole, held = (held + part).split(b"\n\n")
            for event in whole:
                if b"\ndata: " in event:
                    task = asyncio.create_task(_told(listener, event, events))
                    asking.add(task)
                    task.add_done_callback(asking.discard)
                else:
                    events.put_nowait(event + b"\n\n")
        await asyncio.gather(*asking)
    except UpstreamError:
        return  # the listener comes back by itself, with the last id it heard
    finally:
        for task in asking:
            task.cancel()
        events.put_nowait(None)


async def _told(listener: Listener, event: bytes, events: Events) -> None:
    head, _, data = event.partition(b"\ndata: ")
    call = orjson.loads(data)["call"]
    told = {"call": call, "callers": await listener.callers(head, call["number"])}
    events.put_nowait(b"%b\ndata: %b\n\n" % (head, orjson.dumps(told)))
