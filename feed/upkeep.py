"""Upkeep of what every service has: its feed is stamped and pruned, its idempotency keys are forgotten."""

import asyncio
from datetime import timedelta
from functools import cache, partial

import sqlalchemy as sa

from feed.sequencer import prune, run_sequencer
from feed.tables import Feed
from shared.chores import repeat
from shared.clock import utc_now
from shared.database import Database
from shared.settings import Settings
from shared.statements import Statement
from web.idempotency import forget

OFTEN = timedelta(hours=1)


async def keep_up(settings: Settings, database: Database, feed: Feed) -> None:
    """Do it all, until cancelled."""
    kept = timedelta(days=settings.feed_days)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_sequencer(settings, feed))
        group.create_task(repeat(partial(prune_aged, database, feed, kept), "prune the feed", OFTEN))
        group.create_task(repeat(partial(forget, settings, database), "forget idempotency keys", OFTEN))


async def prune_aged(database: Database, feed: Feed, kept: timedelta) -> None:
    """Delete the changes older than `kept`; who has not read them begins anew with the snapshot."""
    upto = await _aged(feed).value(database.pool, before=utc_now() - kept)
    await prune(database.pool, feed, upto)


@cache
def _aged(feed: Feed) -> Statement:
    """Return the position below the first change that is kept: from there on, nothing is pruned."""
    c = feed.feed.c
    first = (
        sa.select(c.through - c.n)
        .where(c.through.is_not(None), c.at >= sa.bindparam("before"))
        .order_by(c.through)
        .limit(sa.literal_column("1", sa.Integer))
    )
    head = sa.select(feed.head.c.position)
    return Statement(sa.select(sa.func.coalesce(first.scalar_subquery(), head.scalar_subquery())))
