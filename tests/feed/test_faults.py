"""The invariants are able to fail: each known way to build a feed wrongly is planted, and caught.

There is one schedule of transactions. With the right parts all holds; each fault replaces one part.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from feed import sequencer
from feed.reader import Reader
from feed.sequencer import stamp, statements
from feed.write import Change, by, tell
from shared.database import Database, Transaction, speak_json
from shared.ids import uuid7
from shared.settings import Settings
from shared.statements import visible
from tests.chaos.evidence import Entry
from tests.chaos.invariants import (
    Invariant,
    each_change_is_told_exactly_once,
    order_holds_by_subject_and_by_cause,
    positions_are_dense_and_immutable,
)
from tests.feed.checker import Follow, check
from tests.feed.support import now, some
from tests.feed.things import FEED, STATE, UPSERT, WRITER, Thing

BUMP = "update things.things set version = version + 1, value = value + 1 where id = $1 returning version"
Line = asyncpg.Connection


def transaction(line: Line) -> Transaction:
    """Return what writers get, on a connection that the schedule chooses."""
    return Transaction(line, uuid7(), WRITER, now())  # type: ignore[arg-type]  # a pool's connection elsewhere


async def write(line: Line, key: UUID) -> None:
    """Change, then tell."""
    version = await line.fetchval(BUMP, key)
    await tell(transaction(line), FEED, "thing.updated", [Change(key, version, {"value": {}})])


async def write_nothing(line: Line, key: UUID) -> None:
    """Set the value that is there."""
    value, tx = await line.fetchval("select value from things.things where id = $1", key), transaction(line)
    await UPSERT.all(line, ids=[key], values=[value], **by(tx))


class Rolled(Exception):  # noqa: N818 - a decision
    """Raised to roll back."""


@dataclass(frozen=True)
class Parts:
    """What the schedule runs."""

    write: Callable[[Line, UUID], Awaitable[None]] = write
    write_nothing: Callable[[Line, UUID], Awaitable[None]] = write_nothing
    stamp: Callable[[Line], Awaitable[object]] = lambda line: stamp(line, FEED)
    follow: type[Follow] = Follow
    cache: int = 1


async def draw_early(line: Line, key: UUID) -> None:
    """Draw `seq` before the row's lock."""
    seq = await line.fetchval("select nextval('things.feed_seq_seq')")
    version = await line.fetchval(BUMP, key)
    await line.execute(
        "with told as (insert into things.history values ($2, $3, now(), 'u', 's', gen_random_uuid(), '{}')) "
        "insert into things.feed (seq, n, type, fields, subjects, versions) overriding system value "
        "values ($1, 1, 'thing.updated', '{}', array[$2], array[$3])",
        seq,
        key,
        version,
    )


class TellAfterwards:
    """Keeps the history with the change, and tells the feed in a transaction of its own."""

    def __init__(self) -> None:
        self.untold: list[tuple[UUID, int]] = []

    async def write(self, line: Line, key: UUID) -> None:
        version = await line.fetchval(BUMP, key)
        kept = "insert into things.history values ($1, $2, now(), 'u', 's', gen_random_uuid(), '{}')"
        await line.execute(kept, key, version)
        self.untold.append((key, version))

    async def stamp(self, line: Line) -> None:
        told = "insert into things.feed (n, type, fields, subjects, versions) "
        told += "values (1, 'thing.updated', '{}', array[$1::uuid], array[$2::int])"
        await line.executemany(told, self.untold)
        self.untold.clear()
        await stamp(line, FEED)


async def tell_nothing(line: Line, key: UUID) -> None:
    """Tell of a change that is none."""
    await line.execute(
        "insert into things.feed (n, type, fields, subjects, versions) "
        "select 1, 'thing.updated', '{}', array[id], array[version] from things.things where id = $1",
        key,
    )


async def stamp_in_one(line: Line) -> None:
    """Lock and stamp in one statement: its snapshot is older than the lock."""
    await line.execute("""
        with head as (select position from things.feed_head for update),
        waiting as (select seq, sum(n) over (order by seq) as upto from things.feed where through is null),
        stamped as (update things.feed as f set through = head.position + upto from waiting, head
            where f.seq = waiting.seq returning f.through)
        update things.feed_head set position = greatest(position, (select max(through) from stamped))""")


def stamp_newer() -> Callable[[Line], Awaitable[None]]:
    """Look only at what is newer than the last seen."""
    last = 0

    async def stamped(line: Line) -> None:
        nonlocal last
        pending = "select seq from things.feed where through is null and seq > $1 order by seq"
        for (seq,) in await line.fetch(pending, last):
            last = seq
            position = await line.fetchval(
                "update things.feed_head set position = position + 1 returning position"
            )
            await line.execute("update things.feed set through = $1 where seq = $2", position, seq)

    return stamped


class FollowNumbers(Follow):
    """Reads by the raw sequence."""

    last = 0

    async def read(self, limit: int = 500) -> bool:
        sql = "select seq, subjects[1] as subject, versions[1] as version from things.feed "
        rows = await self.database.pool.fetch(f"{sql} where seq > $1 order by seq limit {limit}", self.last)
        for row in rows:
            self.last = row["seq"]
            self.seen.append(Entry(len(self.seen) + 1, "thing", row["subject"], row["version"]))
        return bool(rows)


def afterwards() -> Parts:
    """Return parts whose events are no part of the change's transaction."""
    late = TellAfterwards()
    return Parts(write=late.write, stamp=late.stamp)


FAULTS: dict[str, tuple[Parts, Invariant]] = {
    "cursor on the raw sequence": (Parts(follow=FollowNumbers), each_change_is_told_exactly_once),
    "seq drawn before the row locks": (Parts(write=draw_early), order_holds_by_subject_and_by_cause),
    "lock and stamp in one statement": (Parts(stamp=stamp_in_one), positions_are_dense_and_immutable),
    "sequence CACHE 50": (Parts(cache=50), order_holds_by_subject_and_by_cause),
    "a no-op makes an entry": (Parts(write_nothing=tell_nothing), each_change_is_told_exactly_once),
    "only newer than the last seen": (Parts(stamp=stamp_newer()), order_holds_by_subject_and_by_cause),
    "event in a second transaction": (afterwards(), each_change_is_told_exactly_once),
}


async def test_the_schedule_holds_with_the_right_parts(database: Database, settings: Settings) -> None:
    assert await run(Parts(), database, settings) == 10


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_caught(fault: str, database: Database, settings: Settings) -> None:
    parts, invariant = FAULTS[fault]
    with pytest.raises(AssertionError, match=invariant.__name__):
        await run(parts, database, settings)


async def run(parts: Parts, database: Database, settings: Settings) -> int:
    """Run the schedule, and check what came of it."""
    follow = parts.follow(Reader(FEED, {"thing": visible(STATE, Thing)}), database)
    x, y = keys = some(2)
    async with lines(settings, database, parts.cache) as (one, two, leader):

        async def told() -> None:
            await parts.stamp(leader)
            await follow.finish()

        await UPSERT.all(one, ids=keys[:1], values=[1], **by(transaction(one)))
        await UPSERT.all(one, ids=keys[1:], values=[1], **by(transaction(one)))
        await told()
        async with one.transaction():  # the later change is committed first
            await parts.write(one, x)
            await parts.write(two, y)
            await told()
        await told()
        with suppress(Rolled):
            async with one.transaction():  # who thinks better of it has told nobody
                await parts.write(one, x)
                raise Rolled
        await told()
        async with one.transaction():  # the one who waits for the row is the later one
            await one.execute("select from things.things where id = $1 for update", x)
            waiting = asyncio.create_task(_whole(two, parts.write, x))
            await blocked(database, waiting)
            await parts.write(one, x)
        await waiting
        await told()
        await parts.write(one, y)  # two sessions take turns
        await parts.write(two, x)
        await parts.write(one, x)
        await told()
        await parts.write_nothing(one, x)
        await told()
        await parts.write(one, x)
        async with two.transaction():  # two sequencers at the same time
            await sequencer._stamped(two, statements(FEED))
            competing = asyncio.create_task(_whole(leader, lambda line, _: parts.stamp(line), x))
            await blocked(database, competing)
        await competing
        await told()
    return await check(database, follow)


async def _whole(line: Line, act: Callable[[Line, UUID], Awaitable[object]], key: UUID) -> None:
    await act(line, key)


async def blocked(database: Database, task: asyncio.Task[None]) -> None:
    """Return when a task waits for a lock, or is done."""
    waits = "select count(*) from pg_locks where not granted and pid in ("
    waits += "select pid from pg_stat_activity where datname = current_database())"
    async with asyncio.timeout(10):
        while not task.done():
            if await database.pool.fetchval(waits):
                return
            await asyncio.wait([task], timeout=0.005)


@asynccontextmanager
async def lines(settings: Settings, database: Database, cache: int) -> AsyncIterator[list[Line]]:
    """Yield three sessions."""
    await database.pool.execute(f"alter table things.feed alter seq set cache {cache}")
    open_ = [await asyncpg.connect(settings.database_url) for _ in range(3)]
    for line in open_:
        await speak_json(line)
    try:
        yield open_
    finally:
        for line in open_:
            await line.close()
        await database.pool.execute("alter table things.feed alter seq set cache 1")
