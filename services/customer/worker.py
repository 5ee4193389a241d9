"""The customer service's worker: its jobs and the keys of older customers, beside its upkeep."""

import asyncio
from functools import partial

from feed.upkeep import keep_up
from jobs.working import work
from services.customer.base import FEED
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from services.customer.search.filling import OFTEN, fill
from shared.chores import repeat
from shared.database import Database
from shared.settings import Settings


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_up(settings, database, FEED))
            group.create_task(repeat(partial(fill, database), "fill in keys", OFTEN))
            group.create_task(work(database, JOBS, {KIND: DuplicateRun(database)}))
    finally:
        await database.close()
