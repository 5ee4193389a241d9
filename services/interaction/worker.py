"""The interaction service's worker: upkeep that every service has, the feed that it follows, its jobs."""

import asyncio

from feed.consumer import Follower
from feed.upkeep import keep_up
from jobs.working import work
from services.interaction.base import FEED, JOBS
from services.interaction.identities.asking import Customers
from services.interaction.identities.following import KIND, apply, sweep
from services.interaction.mail import importing
from shared.auth import Principal, Signer
from shared.database import Database
from shared.settings import Settings
from web.clients import ServiceClient

FOLLOWING = Principal.of_service("interaction", "feed:read", "customers:read")


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    signer = Signer.load(settings.keys, settings.service)
    try:
        async with ServiceClient(settings.peers["customer"], signer, FOLLOWING, timeout=30) as client:
            follower = Follower(FEED, "customer", client, database, apply, types=(KIND,), sweep=sweep)
            works = {importing.KIND: importing.MailImport(database, Customers(client))}
            async with asyncio.TaskGroup() as group:
                group.create_task(keep_up(settings, database, FEED))
                group.create_task(follower.run())
                group.create_task(work(database, JOBS, works))
    finally:
        await database.close()
