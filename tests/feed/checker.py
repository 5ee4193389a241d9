"""What must hold of a feed, whatever happened to its writers, sequencers and readers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from feed.reader import Place, Reader, Wanted
from shared.auth import Principal
from shared.database import Database

READER = Principal("reader", frozenset(("feed:read",)))


class Seen(NamedTuple):
    """An entry as a reader got it."""

    position: int
    subject: UUID
    version: int


class Follow:
    """A reader that notes all it gets."""

    def __init__(self, reader: Reader, database: Database) -> None:
        self.reader, self.database = reader, database
        self.seen: list[Seen] = []
        self.place: Place | None = None

    async def read(self, limit: int = 500) -> bool:
        """Take a page; true when there may be more."""
        wanted = Wanted(self.place, limit, thin=True)
        items, self.place = await self.reader.page(self.database, READER, wanted)
        for item in items:
            position = int(item["id"].rpartition(":")[2])
            self.seen.append(Seen(position, UUID(item["subject"]), item["version"]))
        return self.place.position < self.place.head

    async def finish(self) -> None:
        """Read to the end."""
        while await self.read():
            pass


async def check(database: Database, follow: Follow) -> int:
    """Compare what a reader got on its way with what was committed; return how many entries there are.

    Each committed version of each thing is one entry and one row of the history: counters, not only states.
    """
    final = {
        row["id"]: row["version"]
        for row in await database.pool.fetch("select id, version from things.things")
    }
    versions = defaultdict[UUID, list[int]](list)
    for entry in follow.seen:
        versions[entry.subject].append(entry.version)
    assert {key: len(told) for key, told in versions.items()} == final, "lost or doubled"
    assert all(told == list(range(1, len(told) + 1)) for told in versions.values()), "out of order"
    positions = [entry.position for entry in follow.seen]
    assert positions == list(range(1, len(positions) + 1)), "not dense"
    again = Follow(follow.reader, database)
    await again.finish()
    assert again.seen == follow.seen, "changed after it was read"
    assert await database.pool.fetchval("select position from things.feed_head") == len(positions), "head"
    assert await database.pool.fetchval("select count(*) from things.feed where through is null") == 0, "left"
    assert await database.pool.fetchval("select count(*) from things.history") == sum(final.values()), (
        "history"
    )
    return len(positions)


def acknowledged(follow: Follow, written: Sequence[tuple[UUID, int]]) -> None:
    """Check that what a writer was told is committed is there."""
    assert set(written) <= {(entry.subject, entry.version) for entry in follow.seen}, "acknowledged and lost"
