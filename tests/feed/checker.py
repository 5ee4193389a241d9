"""What must hold of a feed, whatever happened to its writers, sequencers and readers."""

from collections.abc import Sequence
from uuid import UUID

from feed.reader import Place, Reader, Wanted
from shared.auth import Principal
from shared.database import Database
from tests.chaos.evidence import Change as Stored
from tests.chaos.evidence import Claim, Entry, Evidence, Operation, Outcome
from tests.chaos.invariants import (
    acknowledged_writes_are_in_the_source,
    each_change_is_told_exactly_once,
    judge,
    order_holds_by_subject_and_by_cause,
    positions_are_dense_and_immutable,
)

INVARIANTS = (
    acknowledged_writes_are_in_the_source,
    positions_are_dense_and_immutable,
    order_holds_by_subject_and_by_cause,
    each_change_is_told_exactly_once,
)
READER = Principal("reader", frozenset(("feed:read",)))


class Follow:
    """A reader that notes all it gets."""

    def __init__(self, reader: Reader, database: Database) -> None:
        self.reader, self.database = reader, database
        self.seen: list[Entry] = []
        self.place: Place | None = None

    async def read(self, limit: int = 500) -> bool:
        """Take a page; true when there may be more."""
        wanted = Wanted(self.place, limit, thin=True)
        items, self.place = await self.reader.page(self.database, READER, wanted)
        for item in items:
            position = int(item["id"].rpartition(":")[2])
            self.seen.append(Entry(position, "thing", UUID(item["subject"]), item["version"]))
        return self.place.position < self.place.head

    async def finish(self) -> None:
        """Read to the end."""
        while await self.read():
            pass


async def check(database: Database, follow: Follow, operations: Sequence[Operation] = ()) -> int:
    """Judge by the invariants of the torture test what a reader got on its way; return how many entries."""
    wrong = judge(await evidence(database, follow, operations), *INVARIANTS)
    assert not wrong, wrong
    versions = "select coalesce(sum(version), 0) from things.things"
    assert await database.pool.fetchval(f"select ({versions}) = count(*) from things.history"), "history"
    assert await database.pool.fetchval("select count(*) from things.feed where through is null") == 0, "left"
    return len(follow.seen)


async def evidence(database: Database, follow: Follow, operations: Sequence[Operation] = ()) -> Evidence:
    """Return what is stored, what was told, and what somebody is told who reads all of it again."""
    again = Follow(follow.reader, database)
    await again.finish()
    rows = await database.pool.fetch("select subject, version from things.history order by subject, version")
    return Evidence(
        operations,
        history={"things": [Stored(row["subject"], row["version"]) for row in rows]},
        told={"things": follow.seen},
        again={"things": again.seen},
        heads={"things": await database.pool.fetchval("select position from things.feed_head")},
    )


def acknowledged(written: Sequence[tuple[UUID, int]]) -> Operation:
    """Return what a writer was told is committed."""
    claims = [Claim(None, Outcome.OK, subject, version) for subject, version in written]
    return Operation("all", "update", 0, 0, Outcome.OK, claims)
