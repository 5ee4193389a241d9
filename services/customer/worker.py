"""The customer service's worker: drops what undos no longer need, beside the upkeep of every service."""

import asyncio
from functools import partial

from feed.upkeep import OFTEN, keep_up
from services.customer.base import FEED
from services.customer.merges.waiting import forget
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
    finally:
        await database.close()
