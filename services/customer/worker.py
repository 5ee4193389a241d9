"""The customer service's worker: the upkeep that every service has, its jobs, and its chores."""

import asyncio
from functools import partial

from feed.upkeep import OFTEN, keep_up
from jobs.working import work
from services.customer.base import FEED
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from services.customer.merges.waiting import forget
from services.customer.search.filling import SOON, fill
from shared.chores import repeat
from shared.database import Database
from shared.settings import Settings


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_up(settings, database, FEED))
            group.create_task(repeat(partial(forget, database), "forget the images of merges", OFTEN))
            group.create_task(repeat(partial(fill, database), "fill in keys", SOON))
            group.create_task(work(database, JOBS, {KIND: DuplicateRun(database)}))
    finally:
        await database.close()
