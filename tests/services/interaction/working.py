"""What interaction's worker does between two requests of a test."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg

from feed.sequencer import stamp
from services.interaction.arrivals.following import Arrivals
from services.interaction.base import FEED
from services.interaction.costs.hearing import Hearing
from services.interaction.costs.weigher import Weigher
from services.interaction.following import KEEPERS
from services.interaction.inbox.asking import look
from tests.support.running import Running

Work = Callable[[], Awaitable[None]]


def worker(interaction: Running) -> Work:
    """Stamp the feed, hear of what came, look at strangers, share costs."""
    arrivals, hearing = Arrivals(interaction.database, KEEPERS), Hearing(interaction.database)
    weigher = Weigher(interaction.database, rest=timedelta(), pause=0)

    async def work() -> None:
        connection = await asyncpg.connect(interaction.settings.database_url)
        while await stamp(connection, FEED):
            pass
        await connection.close()
        await arrivals.catch_up()
        await look(interaction.database, interaction.app.state.customers)
        await hearing.catch_up()
        await weigher.catch_up()

    return work
