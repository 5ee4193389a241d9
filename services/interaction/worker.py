"""The interaction service's worker: stamps its feed, follows customer's, forgets old idempotency keys."""

import asyncio

from feed.consumer import Follower
from feed.sequencer import run_sequencer
from services.interaction.base import FEED
from services.interaction.identities.following import KIND, apply, sweep
from shared.auth import Principal, Signer
from shared.database import Database
from shared.settings import Settings
from web.clients import ServiceClient
from web.idempotency import forget

FOLLOWING = Principal.of_service("interaction", "feed:read")


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    signer = Signer.load(settings.keys, settings.service)
    try:
        async with ServiceClient(settings.peers["customer"], signer, FOLLOWING, timeout=30) as client:
            follower = Follower(FEED, "customer", client, database, apply, types=(KIND,), sweep=sweep)
            async with asyncio.TaskGroup() as group:
                group.create_task(run_sequencer(settings, FEED))
                group.create_task(follower.run())
                group.create_task(forget(settings, database))
    finally:
        await database.close()
