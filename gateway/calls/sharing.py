"""Answers that many listeners of the same rights wait for at one moment: asked for once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

KEPT_S = 1.0  # all listeners hear of a ring within this time
Ask = Callable[[], Awaitable[Any]]


class Sharing:
    """Holds questions that are on their way, or were answered just now."""

    def __init__(self) -> None:
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}

    async def ask(self, key: Hashable, ask: Ask) -> Any:  # noqa: ANN401 - what `ask` gives
        """Return what `ask` gives, or gave to another who asked with the same key."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.ensure_future(ask())
            asyncio.get_running_loop().call_later(KEPT_S, self._asked.pop, key, None)
        return await asyncio.shield(asked)  # one listener's leaving ends nobody else's question
