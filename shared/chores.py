"""Chores: what a worker does again and again, beside its work."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Never

import asyncpg
import structlog

_log = structlog.get_logger()


async def repeat(chore: Callable[[], Awaitable[None]], name: str, every: timedelta) -> Never:
    """Do a chore for ever; when the database is away it is left for the next time."""
    while True:
        try:
            await chore()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            _log.warning("chore was not done", chore=name, error=type(problem).__name__)
        await asyncio.sleep(every.total_seconds())
