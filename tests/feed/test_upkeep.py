"""Upkeep: what the retention lets go."""

from datetime import timedelta

import asyncpg

from feed.sequencer import stamp
from feed.upkeep import prune_aged
from shared.database import Database
from tests.feed.support import set_values, some
from tests.feed.things import FEED


async def test_changes_go_when_they_are_older_than_the_retention(
    database: Database, line: asyncpg.Connection
) -> None:
    for size in (2, 3, 4):
        await set_values(database, some(size), size)
    await stamp(line, FEED)
    await set_values(database, some(1), 1)  # not stamped: neither old nor new

    async def pruned(days: int) -> tuple[int, list[int | None]]:
        await prune_aged(database, FEED, timedelta(days=days))
        rows = await database.pool.fetch("select through from things.feed order by seq")
        floor = await database.pool.fetchval("select position from things.feed_floor")
        return floor, [row["through"] for row in rows]

    assert await pruned(90) == (0, [2, 5, 9, None])
    await database.pool.execute("update things.feed set at = at - interval '91 days' where through in (2, 9)")
    assert await pruned(90) == (2, [5, 9, None])  # an old one behind a new one waits for it
    await database.pool.execute("update things.feed set at = at - interval '91 days'")
    assert await pruned(90) == (9, [None])
    await stamp(line, FEED)
    assert await database.pool.fetchval("select max(through) from things.feed") == 10
