"""Snapshots, and what a reader with narrow rights gets of them and of the changes."""

from uuid import UUID, uuid4

import asyncpg

from feed.sequencer import stamp
from feed.write import Change, tell
from shared.database import Database
from tests.feed.support import ALL, EAST, OWN, get, now, refused, set_values, some
from tests.feed.things import FEED, WRITER
from tests.support.running import Running


async def own(database: Database, subject: UUID, owner: str, department: str) -> None:
    """Give a thing to somebody."""
    async with database.begin(WRITER, at=now()) as tx:
        row = await tx.connection.fetchrow("select * from things.things where id = $1 for update", subject)
        assert row is not None
        sql = "update things.things set owner = $2, department = $3, version = version + 1 where id = $1"
        await tx.connection.execute(sql, subject, owner, department)
        change = Change(subject, row["version"] + 1, {"owner": {}}, row["owner"], row["department"])
        await tell(tx, FEED, "thing.updated", [change])


async def test_everybody_sees_their_own_and_hears_when_it_is_lost(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    mine, other = ids = some(2)
    await set_values(database, ids, 1)
    await own(database, mine, "u-1", "east")
    await own(database, other, "u-9", "west")
    await stamp(line, FEED)
    for reader in (OWN, EAST):
        page = await get(running, reader)
        assert {item["subject"] for item in page["items"]} == {str(mine)}
        assert page["items"][-1]["data"]["owner"] == "u-1"
        thin = await get(running, reader, thin=True)
        assert [item["id"] for item in thin["items"]] == [item["id"] for item in page["items"]]
    cursors = {reader: (await get(running, reader))["next"] for reader in (OWN, EAST, ALL)}
    await own(database, mine, "u-9", "west")
    await own(database, other, "u-9", "west")
    await stamp(line, FEED)
    for reader in (OWN, EAST):
        page = await get(running, reader, after=cursors[reader])
        (item,) = page["items"]
        assert (item["subject"], item["removed"], item["data"]) == (str(mine), True, None)
        assert page["up_to_date"]
    assert [item["removed"] for item in (await get(running, after=cursors[ALL]))["items"]] == [False, False]


async def test_a_snapshot_is_paged_by_id_and_says_where_to_go_on(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    ids = sorted(some(7))
    await set_values(database, ids, 1)
    await stamp(line, FEED)
    first = page = await get(running, path="/snapshot", limit=3)
    found = page["items"]
    await set_values(database, [*ids[:1], *ids[-1:]], 2)
    await stamp(line, FEED)
    while page["next"]:
        page = await get(running, path="/snapshot", limit=3, after=page["next"])
        found += page["items"]
        assert page["cursor"] == first["cursor"]
    assert [item["subject"] for item in found] == [str(each) for each in ids]
    assert [item["data"]["value"] for item in found] == [1, 1, 1, 1, 1, 1, 2]
    tail = await get(running, after=page["cursor"])
    assert [item["data"]["value"] for item in tail["items"]] == [2, 2]


async def test_a_snapshot_shows_what_its_reader_sees(running: Running, database: Database) -> None:
    mine, other = ids = some(2)
    await set_values(database, ids, 1)
    await own(database, mine, "u-1", "east")
    page = await get(running, OWN, path="/snapshot")
    assert [item["subject"] for item in page["items"]] == [str(mine)]
    named = await get(running, path="/snapshot", kind="thing", ids=[str(other), str(uuid4())])
    assert [(item["kind"], item["subject"]) for item in named["items"]] == [("thing", str(other))]
    assert (await refused(running, path="/snapshot", kind="person")).status_code == 422
