"""Connections of a pool: who waits longest is next."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from asyncpg.pool import PoolConnectionHolder

from shared.database import Database, Turns
from shared.settings import Settings

EACH_S = 0.02
SETTINGS = Settings(service="sample", database_url="", keys=Path(), secret=b"s" * 32, pool_size=2)


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[Database]:
    """A pool of two connections, which are there."""
    opened = await Database.open(replace(SETTINGS, database_url=postgres))
    await asyncio.gather(*(use(opened, [], number) for number in range(2)))
    yield opened
    await opened.close()


async def use(database: Database, served: list[int], number: int) -> None:
    async with database.pool.acquire():
        served.append(number)
        await asyncio.sleep(EACH_S)


async def test_who_comes_does_not_take_what_was_given_to_who_waits() -> None:
    line: Turns = Turns(asyncio.Queue())
    first = asyncio.create_task(line.get())
    await asyncio.sleep(0)
    line.put_nowait(one := cast("PoolConnectionHolder", object()))
    later = asyncio.create_task(line.get())  # in the same moment, before the first could run
    assert line.empty()
    assert await first is one
    await asyncio.sleep(0)
    assert not later.done()
    line.put_nowait(one)
    assert await later is one


async def test_the_pool_serves_by_turns(database: Database) -> None:
    served: list[int] = []
    await asyncio.gather(*(use(database, served, number) for number in range(10)))
    assert served == list(range(10)), "two at a time, and each pair in the order of coming"
    assert isinstance(database.pool._queue, Turns)  # type: ignore[attr-defined]


async def test_who_gives_up_takes_nothing_with_him(database: Database) -> None:
    served: list[int] = []
    holding = [asyncio.create_task(use(database, served, number)) for number in (1, 2)]
    await asyncio.sleep(EACH_S / 2)
    leaving = [asyncio.create_task(use(database, served, 3)) for _ in range(5)]
    staying = asyncio.create_task(use(database, served, 4))
    await asyncio.sleep(0)
    for each in leaving:
        each.cancel()
    await asyncio.gather(*holding, staying)
    assert served == [1, 2, 4]
    await asyncio.gather(*(use(database, served, 5) for _ in range(3)))
    assert database.pool.get_idle_size() == 2


async def test_a_long_statement_stays_prepared_too(database: Database) -> None:
    long = f"select {'1'.ljust(20_000)}"
    prepared = "select count(*) from pg_prepared_statements where statement = $1"
    async with database.pool.acquire() as connection:
        for _ in range(2):
            await connection.fetchval("select 1")
            await connection.fetchval(long)
        assert await connection.fetchval(prepared, long) == 1
