"""The customer service's worker: nothing beside the upkeep that every service has."""

from feed.upkeep import keep_up
from services.customer.base import FEED
from shared.database import Database
from shared.settings import Settings


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    try:
        await keep_up(settings, database, FEED)
    finally:
        await database.close()
