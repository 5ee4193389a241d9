"""What interaction's worker does between two requests of a test."""

from collections.abc import Awaitable, Callable

import asyncpg

from feed.sequencer import stamp
from services.interaction.arrivals.following import Arrivals
from services.interaction.base import FEED
from services.interaction.following import KEEPERS
from services.interaction.inbox.asking import look
from tests.support.running import Running

Work = Callable[[], Awaitable[None]]


def worker(interaction: Running) -> Work:
    """Stamp the feed, hear of what came, look at strangers."""
    arrivals = Arrivals(interaction.database, KEEPERS)

    async def work() -> None:
        connection = await asyncpg.connect(interaction.settings.database_url)
        while await stamp(connection, FEED):
            pass
        await connection.close()
        await arrivals.catch_up()
        await look(interaction.database, interaction.app.state.customers)

    return work
