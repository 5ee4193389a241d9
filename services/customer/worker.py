"""The customer service's worker: stamps its feed and forgets old idempotency keys."""

import asyncio

from feed.sequencer import run_sequencer
from services.customer.base import FEED
from shared.database import Database
from shared.settings import Settings
from web.idempotency import forget


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_sequencer(settings, FEED))
            group.create_task(forget(settings, database))
    finally:
        await database.close()
