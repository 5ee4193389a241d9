"""Eight writers, two sequencers, killed connections, rollbacks: every change is told once, in order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from uuid import UUID

import asyncpg

from feed.reader import Reader
from feed.write import Change, by, tell
from shared.database import Database
from shared.settings import Settings
from shared.statements import visible
from tests.feed.checker import Follow, acknowledged, check
from tests.feed.support import now, sequencing, some, until
from tests.feed.things import FEED, STATE, UPSERT, WRITER, Thing

SECONDS, WRITERS, KEYS = 8.0, 8, 60
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Rolled(Exception):  # noqa: N818 - a decision
    """Raised to roll back."""


class Writer:
    """Changes things, in bulk and one by one, and sometimes thinks better of it."""

    def __init__(self, database: Database, keys: list[UUID], seed: int) -> None:
        self.database, self.keys, self.dice = database, keys, random.Random(seed)  # noqa: S311 - repeatable
        self.written: list[tuple[UUID, int]] = []
        self.failed = 0

    async def write(self, seconds: float) -> None:
        """Write until the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            try:
                self.written += await (self.bulk() if self.dice.random() < 0.3 else self.single())
            except (Rolled, *LOST):
                self.failed += 1
            await asyncio.sleep(0)

    async def bulk(self) -> list[tuple[UUID, int]]:
        """Write many in one statement."""
        ids = self.dice.sample(self.keys, self.dice.randint(2, 40))
        values = [self.dice.randint(0, 3) for _ in ids]
        async with self.database.begin(WRITER, at=now()) as tx:
            rows = await UPSERT.all(tx.connection, ids=ids, values=values, **by(tx))
            await self.hesitate()
        return [(row["subject"], row["version"]) for row in rows]

    async def single(self) -> list[tuple[UUID, int]]:
        """Write one, then tell."""
        key = self.dice.choice(self.keys)
        sql = "update things.things set version = version + 1, value = 9 where id = $1 returning version"
        async with self.database.begin(WRITER, at=now()) as tx:
            version = await tx.connection.fetchval(sql, key)
            if version is None:
                return []
            await tell(tx, FEED, "thing.updated", [Change(key, version, {"value": {}})])
            await self.hesitate()
        return [(key, version)]

    async def hesitate(self) -> None:
        """Take a while before the end of the transaction, or roll it back."""
        if self.dice.random() < 0.2:
            await asyncio.sleep(self.dice.random() * 0.05)
        if self.dice.random() < 0.15:
            raise Rolled


async def test_nothing_is_lost_doubled_or_out_of_order(database: Database, settings: Settings) -> None:
    keys = some(KEYS)
    follow = Follow(Reader(FEED, {"thing": visible(STATE, Thing)}), database)
    limits = cycle((1, 300, 7, 50, 1000))
    writers = [Writer(database, keys, seed) for seed in range(WRITERS)]
    async with sequencing(settings, 2), open_elsewhere(settings):
        writing = asyncio.gather(*(writer.write(SECONDS) for writer in writers))
        killing = asyncio.create_task(kill(settings))
        while not writing.done():
            with suppress(*LOST):
                await follow.read(limit=next(limits))
            await asyncio.sleep(0.001)
        killing.cancel()
        await until(database, "select count(*) from things.feed where through is null", 0)
    await follow.finish()
    written = acknowledged([each for writer in writers for each in writer.written])
    count = await check(database, follow, [written])
    assert count > 500
    assert all(writer.failed for writer in writers)


@asynccontextmanager
async def open_elsewhere(settings: Settings) -> AsyncIterator[None]:
    """Hold a transaction with an id and a snapshot, which touches nothing of ours."""
    idle = await asyncpg.connect(settings.database_url)
    transaction = idle.transaction(isolation="repeatable_read")
    await transaction.start()
    await idle.execute("create table elsewhere (n int)")
    yield
    await transaction.rollback()
    await idle.close()


async def kill(settings: Settings) -> None:
    """End a random connection to the database, again and again."""
    nemesis, dice = await asyncpg.connect(settings.database_url), random.Random(1)  # noqa: S311 - repeatable
    try:
        while True:
            await asyncio.sleep(dice.random() * 0.2)
            await nemesis.execute(
                "select pg_terminate_backend(pid) from (select pid from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() "
                "and backend_type = 'client backend' and query !~ 'elsewhere' "
                "order by random() limit 1) as victim"
            )
    finally:
        await nemesis.close()
