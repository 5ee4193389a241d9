"""Positions: who gives them, that they are dense and never change, and when an epoch ends."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock
from urllib.parse import urlsplit

import asyncpg
import pytest

from feed import sequencer
from feed.sequencer import Alarm, prune, renew, settle, stamp, statements
from feed.write import by
from shared.database import Database
from shared.settings import Settings
from shared.statements import Statement
from tests.feed.conftest import create
from tests.feed.support import now, sequencing, some, until
from tests.feed.things import FEED, UPSERT, WRITER
from tests.support.databases import fresh

THROUGHS = "select through from things.feed order by seq"
HEAD = "select position from things.feed_head"


async def change(database: Database, *, times: int = 1, size: int = 1) -> None:
    """Write headers."""
    for _ in range(times):
        async with database.begin(WRITER, at=now()) as tx:
            await UPSERT.all(tx.connection, ids=some(size), values=[1] * size, **by(tx))


async def throughs(database: Database) -> list[int]:
    """Return the stamps in the order of the writing."""
    return [row["through"] for row in await database.pool.fetch(THROUGHS)]


async def test_positions_are_dense(database: Database, line: asyncpg.Connection) -> None:
    await change(database, times=2)
    await change(database, size=1200)
    assert await stamp(line, FEED) == 4
    assert await throughs(database) == [1, 2, 1002, 1202]
    await change(database)
    assert await stamp(line, FEED) == 1
    assert await throughs(database) == [1, 2, 1002, 1202, 1203]
    assert await database.pool.fetchval(HEAD) == 1203
    assert await stamp(line, FEED) == 0


async def test_more_than_a_batch_is_stamped_lowest_first(
    database: Database, line: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 3)
    statements.cache_clear()
    await change(database, times=5)
    assert [await stamp(line, FEED) for _ in range(3)] == [3, 2, 0]
    statements.cache_clear()
    assert await throughs(database) == [1, 2, 3, 4, 5]


async def test_who_finds_the_head_locked_stands_by(
    database: Database, settings: Settings, line: asyncpg.Connection
) -> None:
    await change(database)
    leader = await asyncpg.connect(settings.database_url)
    async with leader.transaction():
        await statements(FEED).elect.value(leader)
        assert await stamp(line, FEED) == 0
    await leader.close()
    assert await stamp(line, FEED) == 1


async def test_a_stranger_in_the_feed_is_an_alarm_and_changes_nothing(
    database: Database, line: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await change(database, times=2)
    of = statements(FEED)
    few = await of.pending.all(line)
    pending = cast("Statement", SimpleNamespace(all=AsyncMock(return_value=[*few, (10**9, 1)])))
    monkeypatch.setattr(sequencer, "statements", lambda _: of._replace(pending=pending))
    with pytest.raises(Alarm):
        await stamp(line, FEED)
    assert await throughs(database) == [None, None]
    assert await database.pool.fetchval(HEAD) == 0


async def test_two_sequencers_share_the_work_and_survive_their_connections(
    database: Database, settings: Settings
) -> None:
    async with sequencing(settings, 2):
        killed = 0
        for _ in range(6):
            await change(database, times=10)
            killed += await database.pool.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '' "
                "and datname = current_database() and query ~ 'feed' and pid <> pg_backend_pid()"
            )
        assert killed > 0
        await until(database, HEAD, 60)
    assert await throughs(database) == list(range(1, 61))


async def test_readers_are_notified_after_the_stamp(
    database: Database, settings: Settings, line: asyncpg.Connection
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    await line.add_listener(FEED.channel, lambda *told: heard.put_nowait(str(told[-1])))
    async with sequencing(settings):
        await change(database, size=3)
        assert await asyncio.wait_for(heard.get(), 5) == "3"


async def test_pruning_raises_the_floor_with_each_chunk(
    database: Database, line: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "CHUNK", 2)
    statements.cache_clear()
    await change(database, times=5, size=10)
    await stamp(line, FEED)
    await change(database)  # not stamped: not to be pruned
    await prune(line, FEED, 39)
    assert await throughs(database) == [40, 50, None]
    assert await database.pool.fetchval("select position from things.feed_floor") == 30
    await prune(line, FEED, 30)
    await prune(line, FEED, 10**9)
    statements.cache_clear()
    assert await throughs(database) == [None]
    assert await database.pool.fetchval("select position from things.feed_floor") == 50


async def test_an_epoch_lasts_until_the_database_is_another(
    database: Database, line: asyncpg.Connection
) -> None:
    async def epoch() -> Any:
        return await database.pool.fetchval("select epoch from things.feed_head")

    first = await epoch()
    await settle(line, FEED)
    assert await epoch() == first
    await settle(line, FEED)
    assert await epoch() == first
    await database.pool.execute("update things.feed_head set place = '7/00000001/5/16384'")
    await settle(line, FEED)
    second = await epoch()
    assert second != first
    await settle(line, FEED)
    assert await epoch() == second
    await renew(line, FEED)
    assert await epoch() not in (first, second)


async def test_a_copy_of_a_database_begins_another_epoch_and_the_original_does_not(postgres: str) -> None:
    async def settled(url: str) -> tuple[Any, Any]:
        line = await asyncpg.connect(url)
        await settle(line, FEED)
        row = await line.fetchrow("select epoch, position from things.feed_head")
        await line.close()
        assert row is not None
        return row["epoch"], row["position"]

    async with fresh(postgres) as original, fresh(postgres) as copy:
        await create(original)
        before = await settled(original)
        owner, names = await asyncpg.connect(postgres), [urlsplit(url).path[1:] for url in (copy, original)]
        await owner.execute(f"drop database {names[0]}")
        await owner.execute(f"create database {names[0]} template {names[1]}")
        await owner.close()
        after = await settled(copy)
        assert after[0] != before[0]
        assert after[1] == before[1]
        assert await settled(original) == before
