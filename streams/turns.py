"""Taking turns: however many streams run, most of a process's connections, and its loop, are for others."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

from starlette.requests import Request

from web.app import core

SHARE = 4  # of so many connections, streams use one at a time
AT_A_TIME = 100  # rows: some milliseconds
Item = TypeVar("Item")
Made = TypeVar("Made")


def turns(request: Request) -> asyncio.Semaphore:
    """Return what a stream holds while it reads or writes rows, and never while it waits for its client."""
    state = request.app.state
    if not hasattr(state, "turns"):
        state.turns = asyncio.Semaphore(max(1, core(request).settings.pool_size // SHARE))
    return cast("asyncio.Semaphore", state.turns)


async def paced(items: Sequence[Item], make: Callable[[Sequence[Item]], Iterable[Made]]) -> list[Made]:
    """Return what is made of items, some at a time: other requests pass in between."""
    made: list[Made] = []
    for at in range(0, len(items), AT_A_TIME):
        made += make(items[at : at + AT_A_TIME])
        await asyncio.sleep(0)
    return made
