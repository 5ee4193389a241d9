"""Long polls: who waits is woken by the stamp, and by nothing that concerns others."""

import asyncio
import time

import asyncpg

from feed.sequencer import stamp
from shared.database import Database
from tests.feed.support import get, sequencing, set_values, some
from tests.feed.things import FEED
from tests.support.running import Running


async def test_who_waits_is_answered_soon_after_the_stamp(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    cursor = (await get(running))["next"]
    waiting = [asyncio.create_task(get(running, after=cursor, wait=20)) for _ in range(5)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    await set_values(database, some(1), 1)
    await stamp(line, FEED)
    began = time.perf_counter()
    pages = await asyncio.gather(*waiting)
    assert time.perf_counter() - began < 0.9  # the fallback takes a second
    assert {len(page["items"]) for page in pages} == {1}


async def test_waiting_survives_the_loss_of_its_ears(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    cursor = (await get(running))["next"]
    waiting = asyncio.create_task(get(running, after=cursor, wait=20))
    await asyncio.sleep(0.2)
    deaf = "select count(pg_terminate_backend(pid)) from pg_stat_activity where query ilike 'listen%'"
    assert await database.pool.fetchval(f"{deaf} and datname = current_database()") == 1
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await set_values(database, some(1), 1)
    await stamp(line, FEED)
    assert len((await asyncio.wait_for(waiting, 3))["items"]) == 1


async def test_waiting_ends_with_an_empty_page(running: Running, database: Database) -> None:
    cursor = (await get(running))["next"]
    began = time.perf_counter()
    page = await get(running, after=cursor, wait=0.2)
    assert 0.2 <= time.perf_counter() - began < 2
    assert (page["items"], page["next"]) == ([], cursor)


async def test_a_filtered_wait_is_not_ended_by_what_it_leaves_out(
    running: Running, database: Database
) -> None:
    async with sequencing(running.settings):
        cursor, ids = (await get(running))["next"], some(1)
        waiting = asyncio.create_task(get(running, after=cursor, wait=20, types="thing.updated"))
        for value in (1, 2):
            await asyncio.sleep(0.2)
            await set_values(database, ids, value)
        assert [item["type"] for item in (await waiting)["items"]] == ["thing.updated"]
