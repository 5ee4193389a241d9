"""Every fault on the list is caught by a named invariant: consumers and keys here, the feed in tests/feed.

The right parts pass the same schedule, so it is the fault that is caught.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from uuid import UUID, uuid4

import asyncpg
import pytest

from feed.sequencer import stamp
from feed.write import Change, tell
from shared.database import Database
from tests.chaos.evidence import Change as Stored
from tests.chaos.evidence import Claim, Copy, Evidence, Operation, Outcome, State
from tests.chaos.gathering import history_of
from tests.chaos.invariants import (
    Invariant,
    at_most_one_effect_per_key,
    copies_equal_their_source,
    erased_stays_erased,
    judge,
)
from tests.chaos.keeping import Item, Keeping
from tests.conftest import Service
from tests.feed.support import get, now, set_values, some
from tests.feed.test_faults import FAULTS as IN_THE_FEED
from tests.feed.things import FEED, WRITER
from tests.support.running import Running

LISTED = {
    "cursor on the raw sequence",
    "event in a second transaction",
    "no dedupe",
    "cursor saved before the batch is applied",
    "sequence CACHE 50",
    "seq drawn before the row locks",
    "lock and stamp in one statement",
    "bootstrap without version guard",
    "tombstone dropped early",
}


class Hasty(Keeping):
    """Saves its place first, in a transaction of its own."""

    def take(self, items: Sequence[Item], *, told: Iterable[Item] = (), **place: object) -> None:
        self.move(**place)
        super().take(items, told=told, **place)


class Unguarded(Keeping):
    """Takes whatever comes for the newest state."""

    newer = "true"


class Forgetful(Keeping):
    """Forgets at once what is gone, and its version."""

    def apply(self, items: Iterable[Item]) -> None:
        super().apply(items)
        self.db.execute("delete from records where data is null")


CONSUMERS: dict[str, tuple[type[Keeping], Invariant]] = {
    "cursor saved before the batch is applied": (Hasty, copies_equal_their_source),
    "bootstrap without version guard": (Unguarded, copies_equal_their_source),
    "tombstone dropped early": (Forgetful, erased_stays_erased),
}
Rehearse = Callable[[Keeping], Awaitable[Evidence]]


def test_all_that_is_listed_is_planted() -> None:
    assert {*IN_THE_FEED, *CONSUMERS, "no dedupe"} >= LISTED


@pytest.fixture
def rehearse(running: Running, database: Database, line: asyncpg.Connection) -> Rehearse:
    """A consumer's life: it bootstraps while others write, follows the tail beside it, and dies in a page."""

    async def live(kept: Keeping) -> Evidence:
        ids = some(4)
        await set_values(database, ids, 1)
        await stamp(line, FEED)
        old = await get(running, path="/snapshot")
        await set_values(database, ids[:2], 2)
        await delete(database, ids[2])
        await stamp(line, FEED)
        tail = await get(running, after=old["cursor"])
        kept.take(tail["items"], cursor=tail["next"])
        kept.take(old["items"], tailing=True)
        await set_values(database, ids[3:], 3)
        await stamp(line, FEED)
        with suppress(Killed):
            await follow(kept, running, dies=True)
        await follow(kept, running, dies=False)
        return await evidence(kept, database)

    return live


class Killed(Exception):  # noqa: N818 - what happens to processes
    """Raised where a process dies."""


async def follow(kept: Keeping, running: Running, *, dies: bool) -> None:
    """Take a page, or die when half of it is applied."""
    page = await get(running, after=kept.place["cursor"])
    if dies:
        page["items"].append(Dying())
    kept.take(page["items"], cursor=page["next"])


class Dying(dict[str, object]):
    """An item at which its reader's process ends."""

    def __getitem__(self, _: str) -> object:
        raise Killed

    get = __getitem__  # type: ignore[assignment]  # whichever way it is asked


async def delete(database: Database, subject: UUID) -> None:
    """Delete a thing softly, and tell."""
    gone = "update things.things set deleted = true, version = version + 1 where id = $1 returning version"
    async with database.begin(WRITER, at=now()) as tx:
        version = await tx.connection.fetchval(gone, subject)
        await tell(tx, FEED, "thing.deleted", [Change(subject, version, {"deleted": {}})])


async def evidence(kept: Keeping, database: Database) -> Evidence:
    """Return what is stored, and what the consumer holds."""
    rows = await database.pool.fetch("select id, version, value, deleted from things.things")
    source = {row["id"]: State(row["version"], None if row["deleted"] else row["value"]) for row in rows}
    ended = [Stored(row["id"], row["version"], gone=True) for row in rows if row["deleted"]]
    held = {
        UUID(row["subject"]): State(row["version"], row["value"])
        for row in kept.db.execute("select *, data ->> 'value' as value from records")
    }
    return Evidence(history={"things": ended}, source=source, copies={"copy": Copy(held, source)})


async def test_a_consumer_that_keeps_the_rule_holds_what_its_source_holds(rehearse: Rehearse) -> None:
    seen = await rehearse(Keeping(":memory:"))
    assert len(seen.copies["copy"].held) == 4
    assert not judge(seen, copies_equal_their_source, erased_stays_erased)


@pytest.mark.parametrize("fault", CONSUMERS)
async def test_a_fault_planted_into_a_consumer_is_caught(fault: str, rehearse: Rehearse) -> None:
    faulty, invariant = CONSUMERS[fault]
    assert judge(await rehearse(faulty(":memory:")), invariant)


async def test_a_key_has_one_effect(service: Service) -> None:
    assert not judge(await repeated(await service("customer")), at_most_one_effect_per_key)


async def test_no_dedupe_is_caught(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.once._key", lambda _: None)
    assert judge(await repeated(await service("customer")), at_most_one_effect_per_key)


async def repeated(customer: Running) -> Evidence:
    """Send a request whose answer is lost, and repeat it."""
    label = uuid4().hex
    body = {"name": "一次", "attributes": {"op": label}}
    client = customer.client(**{"Idempotency-Key": label})
    for _ in ("lost", "heard"):
        answer = await client.post("/v1/customers", json=body)
        assert answer.status_code == 201, answer.text
    line = await asyncpg.connect(customer.settings.database_url)
    try:
        history = await history_of(line, "customer")
    finally:
        await line.close()
    claim = Claim(label, Outcome.OK, UUID(answer.json()["id"]), 1)
    return Evidence([Operation(label, "create", 0, 1, Outcome.OK, [claim])], {"customer": history})
