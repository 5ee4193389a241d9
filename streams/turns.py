"""Taking turns: however many streams run, most of a process's database connections are for others."""

import asyncio
from typing import cast

from starlette.requests import Request

from web.app import core

SHARE = 4  # of so many connections, streams use one at a time


def turns(request: Request) -> asyncio.Semaphore:
    """Return what a stream holds while it reads or writes rows, and never while it waits for its client."""
    state = request.app.state
    if not hasattr(state, "turns"):
        state.turns = asyncio.Semaphore(max(1, core(request).settings.pool_size // SHARE))
    return cast("asyncio.Semaphore", state.turns)
