"""The interaction service's worker: follows customer's feed, beside the upkeep that every service has."""

import asyncio

from feed.consumer import Follower
from feed.upkeep import keep_up
from services.interaction.base import FEED
from services.interaction.identities.following import KIND, apply, sweep
from shared.auth import Principal, Signer
from shared.database import Database
from shared.settings import Settings
from web.clients import ServiceClient

FOLLOWING = Principal.of_service("interaction", "feed:read")


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    signer = Signer.load(settings.keys, settings.service)
    try:
        async with ServiceClient(settings.peers["customer"], signer, FOLLOWING, timeout=30) as client:
            follower = Follower(FEED, "customer", client, database, apply, types=(KIND,), sweep=sweep)
            async with asyncio.TaskGroup() as group:
                group.create_task(keep_up(settings, database, FEED))
                group.create_task(follower.run())
    finally:
        await database.close()
