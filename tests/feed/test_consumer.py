"""Following: a copy that equals its source whatever dies, with poison set aside and restores noticed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from feed import consumer
from feed.consumer import Follower, Received
from feed.sequencer import renew, stamp
from shared.auth import Principal
from shared.database import Database, Transaction
from shared.errors import Unavailable
from tests.feed.support import sequencing, set_values, some, until
from tests.feed.things import FEED
from tests.support.running import Running
from web.clients import ServiceClient

COPY = """
insert into copies select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[])
on conflict (id) do update
set generation = excluded.generation, version = excluded.version, value = excluded.value
where (copies.generation, copies.version) < (excluded.generation, excluded.version)"""
SAME = """
select count(*) = 0 from things.things full join copies using (id)
where (things.version, nullif(things.value, case when deleted then things.value end))
    is distinct from (copies.version, copies.value)"""
Run = Callable[[Transaction, Sequence[Received]], Awaitable[None]]


async def copy(tx: Transaction, page: Sequence[Received]) -> None:
    """Apply as the rule says."""
    assert len({each.subject for each in page}) == len(page)
    rows = [(each.subject, each.generation, each.version, each.data.get("value")) for each in page]
    await tx.connection.execute(COPY, *(list(column) for column in zip(*rows, strict=True)))


async def sweep(tx: Transaction, generation: int) -> None:
    """Drop what this generation did not bring."""
    await tx.connection.execute("delete from copies where generation < $1", generation)


@pytest.fixture(autouse=True)
async def copies(database: Database) -> None:
    """Make the copy's table."""
    await database.pool.execute("drop table if exists copies, seen")
    await database.pool.execute(
        "create table copies (id uuid primary key, generation int, version int, value int)"
    )
    await database.pool.execute("create table seen (id uuid, version int)")


@pytest.fixture(scope="module")
async def client(running: Running) -> AsyncIterator[ServiceClient]:
    """Yield a client of the service, as the service itself."""
    async with ServiceClient(
        running.url, running.core.signer, Principal.of_service("sample", "feed:read")
    ) as client:
        yield client


@asynccontextmanager
async def following(*followers: Follower) -> AsyncIterator[None]:
    """Run followers for the time of the block."""
    tasks = [asyncio.create_task(follower.run()) for follower in followers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_copy_begun_while_others_write_equals_its_source(
    running: Running, client: ServiceClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "PAGE", 5)
    ids = some(60)
    await set_values(database, ids[:40], 1)
    follower = Follower(FEED, "things", client, database, copy, sweep=sweep, types=["thing"])
    async with sequencing(running.settings), following(follower):
        for turn in range(2, 14):
            await set_values(database, ids[turn :: turn + 1], turn)
            gone = "update things.things set deleted = true, version = version + 1 where id = $1"
            if turn % 5 == 0:
                await _told(database, gone, ids[turn])
            await asyncio.sleep(0.02)
        await until(database, SAME, wanted=True)
    assert await database.pool.fetchval("select count(*) from copies where value is null") == 2
    assert await database.pool.fetchval("select tailing and generation = 1 from things.feed_cursors")


async def _told(database: Database, sql: str, subject: UUID) -> None:
    """Change a thing by hand, and tell."""
    told = (
        "insert into things.feed (n, type, fields, subjects, versions) "
        "select 1, 'thing.deleted', '{}', array[id], array[version] from things.things where id = $1"
    )
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute(sql, subject)
        await connection.execute(told, subject)


async def test_each_page_is_applied_once_though_workers_compete_and_die(
    running: Running, client: ServiceClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "PAGE", 7)
    deaths = 0

    async def note(tx: Transaction, page: Sequence[Received]) -> None:
        nonlocal deaths
        rows = [(each.subject, each.version) for each in page]
        await tx.connection.executemany("insert into seen values ($1, $2)", rows)
        deaths += 1
        if deaths % 3 == 0:  # after applying, before the commit
            pid = tx.connection.get_server_pid()
            await database.pool.execute("select pg_terminate_backend($1)", pid)

    ids = some(150)
    async with sequencing(running.settings), following(*(_fast(database, client, note) for _ in range(2))):
        await until(database, "select bool_and(tailing) from things.feed_cursors", wanted=True)
        for start in range(0, 150, 5):
            await set_values(database, ids[start : start + 5], 1)
        await until(database, "select count(distinct id) from seen", 150)
        await asyncio.sleep(0.2)
    assert await database.pool.fetchval("select count(*) from seen") == 150
    assert deaths > 6


def _fast(database: Database, client: ServiceClient, apply: Run) -> Follower:
    return Follower(FEED, "things", client, database, apply)


async def steps(follower: Follower, count: int = 2) -> list[bool]:
    """Take steps without waiting for changes."""
    follower._looked = 0
    return [await follower.step() for _ in range(count)]


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "WAIT_S", 0)


@pytest.mark.usefixtures("_hasty")
async def test_poison_is_parked_alone_and_tried_again_with_its_newest_state(
    client: ServiceClient, database: Database, line: asyncpg.Connection
) -> None:
    bad = True

    async def apply(tx: Transaction, page: Sequence[Received]) -> None:
        if bad and any(each.data["value"] == 13 for each in page):
            await tx.connection.execute("select cast('secret' as int)")
        await copy(tx, page)

    follower, ids = Follower(FEED, "things", client, database, apply), some(5)
    await steps(follower, 1)
    await set_values(database, ids, 1)
    await set_values(database, ids[:2], 13)
    await stamp(line, FEED)
    await steps(follower, 1)
    assert await _values(database) == dict.fromkeys(ids[2:], 1)
    parked = await database.pool.fetch("select * from things.feed_parked order by subject")
    assert [(row["subject"], row["tries"]) for row in parked] == [(each, 1) for each in ids[:2]]
    assert "22P02" in parked[0]["error"]
    assert "secret" not in parked[0]["error"]

    await set_values(database, ids[:1], 14)  # a later change supersedes
    await stamp(line, FEED)
    await steps(follower, 1)
    await _due(database)
    await steps(follower, 1)  # in vain
    (left,) = await database.pool.fetch(
        "select subject, tries, due - now() > '1 s' as later from things.feed_parked"
    )
    assert tuple(left) == (ids[1], 2, True)
    bad = False
    await _due(database)
    await steps(follower, 1)
    assert await database.pool.fetchval("select count(*) from things.feed_parked") == 0
    assert await _values(database) == dict(zip(ids, [14, 13, 1, 1, 1], strict=True))


async def _values(database: Database) -> dict[UUID, int]:
    return {row["id"]: row["value"] for row in await database.pool.fetch("select id, value from copies")}


async def _due(database: Database) -> None:
    await database.pool.execute("update things.feed_parked set due = now()")


@pytest.mark.usefixtures("_hasty")
async def test_a_restored_source_is_copied_anew(
    client: ServiceClient, database: Database, line: asyncpg.Connection
) -> None:
    follower, ids = Follower(FEED, "things", client, database, copy, sweep=sweep), some(3)
    for value in (1, 2, 3):
        await set_values(database, ids, value)
    await stamp(line, FEED)
    await steps(follower)
    await renew(line, FEED)
    await database.pool.execute("delete from things.things where id = $1", ids[0])
    await database.pool.execute("update things.things set version = 1, value = 1 where id = $1", ids[1])
    await steps(follower, 3)
    rows = await database.pool.fetch("select id, generation, version, value from copies order by id")
    assert [tuple(row) for row in rows] == [(ids[1], 2, 1, 1), (ids[2], 2, 3, 3)]


@pytest.mark.usefixtures("_hasty")
async def test_what_is_not_there_yet_is_waited_for(
    client: ServiceClient, database: Database, line: asyncpg.Connection
) -> None:
    follower, ids = Follower(FEED, "things", client, database, copy), sorted(some(3))
    await steps(follower)
    for each in ids:
        await set_values(database, [each], 1)
    await stamp(line, FEED)
    await database.pool.execute("delete from things.things where id = $1", ids[1])
    cursor = await database.pool.fetchval("select cursor from things.feed_cursors")
    assert await steps(follower) == [False, False]
    assert [row["id"] for row in await database.pool.fetch("select id from copies")] == ids[:1]
    assert await database.pool.fetchval("select cursor from things.feed_cursors") == cursor
    await database.pool.execute("insert into things.things (id, value) values ($1, 1)", ids[1])
    assert await steps(follower) == [True, True]
    assert await database.pool.fetchval(SAME)


async def test_a_peer_that_is_down_is_asked_again(
    database: Database, running: Running, client: ServiceClient
) -> None:
    class Failing:
        def __init__(self) -> None:
            self.asked = 0

        async def get(self, path: str, params: Any = None, *, deadline: float | None = None) -> Any:
            self.asked += 1
            if self.asked < 4:
                raise Unavailable
            return await client.get(path, params, deadline=deadline)

    failing, ids = Failing(), some(2)
    await set_values(database, ids, 1)
    async with (
        sequencing(running.settings),
        following(
            Follower(FEED, "things", failing, database, copy)  # type: ignore[arg-type]  # a stand-in for the client
        ),
    ):
        await until(database, SAME, wanted=True)
    assert failing.asked >= 4
