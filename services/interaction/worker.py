"""The interaction service's worker: upkeep that all services have, feeds that it follows, jobs, chores."""

import asyncio
from datetime import timedelta
from functools import partial

from feed.consumer import Follower
from feed.upkeep import OFTEN, keep_up
from jobs.working import work
from services.interaction.arrivals.following import Arrivals
from services.interaction.base import FEED, JOBS
from services.interaction.costs.hearing import Hearing
from services.interaction.costs.weigher import Weigher
from services.interaction.following import KEEPERS, KINDS, apply, sweep
from services.interaction.holds.actions import RUN
from services.interaction.identities.asking import Customers
from services.interaction.inbox.asking import look
from services.interaction.mail import importing, uploading
from services.interaction.retention.daily import begin_daily
from services.interaction.retention.running import RetentionRun
from shared.auth import Principal, Signer
from shared.chores import repeat
from shared.database import Database
from shared.settings import Settings
from web.clients import ServiceClient

FOLLOWING = Principal.of_service("interaction", "feed:read", "customers:read")
SOON = timedelta(seconds=1)


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    database = await Database.open(settings)
    signer = Signer.load(settings.keys, settings.service)
    try:
        async with ServiceClient(settings.peers["customer"], signer, FOLLOWING, timeout=30) as client:
            follower = Follower(FEED, "customer", client, database, apply, types=KINDS, sweep=sweep)
            arrivals, customers = Arrivals(database, KEEPERS), Customers(client)
            works = {importing.KIND: importing.MailImport(database, customers)}
            async with asyncio.TaskGroup() as group:
                group.create_task(keep_up(settings, database, FEED))
                group.create_task(follower.run())
                group.create_task(work(database, JOBS, works))
                group.create_task(work(database, JOBS, {RUN: RetentionRun(database)}))
                group.create_task(repeat(partial(begin_daily, database), "let records go", OFTEN))
                group.create_task(
                    repeat(Hearing(database).catch_up, "hear of what costs are shared by", SOON)
                )
                group.create_task(repeat(Weigher(database).catch_up, "share costs", SOON))
                group.create_task(repeat(arrivals.catch_up, "hear of what came", SOON))
                group.create_task(repeat(partial(look, database, customers), "look at strangers", SOON))
                group.create_task(
                    repeat(partial(uploading.drop_abandoned, database), "drop abandoned uploads", OFTEN)
                )
    finally:
        await database.close()
