"""A breaker: a service that was slow is asked whether it lives, and is spared while it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.link import UpstreamError

WAIT_S, EVERY_S, FAILURES = 1.0, 0.5, 2


class Breaker:
    """Opens after FAILURES unanswered probes in a row, closes with the first answered one.

    Only suspicion (a late answer, a connection that hangs) starts the probes: a healthy service is never
    probed, and one slow request alone never closes the door for the others.
    """

    def __init__(self, probe: Callable[[], Awaitable[None]]) -> None:
        self.probe = probe
        self.open = False
        self.task: asyncio.Task[None] | None = None

    def suspect(self) -> None:
        """Begin to probe, unless that is going on."""
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        failed = 0
        try:
            while not await self._alive():
                failed += 1
                self.open = self.open or failed >= FAILURES
                await asyncio.sleep(EVERY_S)
            self.open = False
        finally:
            self.task = None

    async def _alive(self) -> bool:
        try:
            async with asyncio.timeout(WAIT_S):
                await self.probe()
        except (UpstreamError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Stop probing."""
        if self.task:
            self.task.cancel()
