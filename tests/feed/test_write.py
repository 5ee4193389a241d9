"""What a change leaves in the feed and in the history."""

import asyncpg
import pytest
from sqlalchemy import MetaData

from feed.tables import Feed
from feed.write import Change, by, tell
from shared.database import Database
from tests.feed.support import now, some
from tests.feed.things import FEED, UPSERT, WRITER, shape

HEADERS = "select * from things.feed order by seq"


async def test_nothing_is_told_of_nothing(database: Database) -> None:
    async with database.begin(WRITER, at=now()) as tx:
        await tell(tx, FEED, "thing.created", [])
    assert await database.pool.fetchval("select count(*) from things.feed") == 0


async def test_a_header_says_who_what_and_what_was_before(database: Database) -> None:
    first, second = some(2)
    async with database.begin(WRITER, at=now()) as tx:
        changes = [
            Change(second, 4, {"value": {"from": 1, "to": 2}}, "u-1", "east"),
            Change(first, 2, {"value": {}}),
        ]
        await tell(tx, FEED, "thing.updated", changes)
    (header,) = await database.pool.fetch(HEADERS)
    assert shape(header) == ("thing.updated", 2, [2, 4])
    assert header["through"] is None
    assert (header["origin"], header["transaction"], header["at"]) == ("erp", tx.id, tx.at)
    assert (header["fields"], header["changed"]) == (["value"], None)
    assert (header["subjects"], header["owners"]) == ([first, second], [None, "u-1"])
    assert header["departments"] == [None, "east"]


async def test_entries_that_differ_carry_their_own_fields(database: Database) -> None:
    first, second = some(2)
    async with database.begin(WRITER, at=now()) as tx:
        await tell(
            tx, FEED, "t.updated", [Change(first, 2, {"b": {}, "a": {}}), Change(second, 2, {"a": {}})]
        )
    (header,) = await database.pool.fetch(HEADERS)
    assert (header["fields"], header["changed"]) == ([], ["a,b", "a"])
    assert (header["owners"], header["departments"]) == (None, None)


async def test_a_thousand_entries_go_under_a_header_and_a_subject_once(database: Database) -> None:
    ids = some(1200)
    again = [Change(ids[7], 2, {"x": {}}), Change(ids[7], 3, {"x": {}})]
    async with database.begin(WRITER, at=now()) as tx:
        await tell(tx, FEED, "thing.created", [*(Change(each, 1, {"x": {}}) for each in ids), *again])
    headers = await database.pool.fetch(HEADERS)
    assert [header["n"] for header in headers] == [1000, 200, 1, 1]
    assert [header["versions"] for header in headers[2:]] == [[2], [3]]
    assert headers[0]["subjects"] + headers[1]["subjects"] == sorted(ids)


async def test_history_keeps_each_version(database: Database) -> None:
    (subject,) = some(1)
    async with database.begin(WRITER, at=now()) as tx:
        for version in (1, 2):
            await tell(
                tx, FEED, "t.updated", [Change(subject, version, {"v": {"from": None, "to": version}})]
            )
    rows = await database.pool.fetch("select * from things.history order by version")
    assert [row["diff"] for row in rows] == [{"v": {"from": None, "to": 1}}, {"v": {"from": None, "to": 2}}]
    row = rows[0]
    assert (row["who"], row["source"], row["at"], row["transaction"]) == ("u-1", "erp", tx.at, tx.id)


async def test_a_rolled_back_change_is_not_told(database: Database) -> None:
    async def fail() -> None:
        async with database.begin(WRITER, at=now()) as tx:
            await tell(tx, FEED, "thing.created", [Change(some(1)[0], 1, {})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not await database.pool.fetch(HEADERS)


async def test_one_statement_writes_rows_headers_per_type_and_history(database: Database) -> None:
    ids = some(1500)
    async with database.begin(WRITER, at=now()) as tx:
        assert len(await UPSERT.all(tx.connection, ids=ids, values=[1] * 1500, **by(tx))) == 1500
        assert await UPSERT.all(tx.connection, ids=ids, values=[1] * 1500, **by(tx)) == []
        mixed = [*ids[:2], *some(2)]
        await UPSERT.all(tx.connection, ids=mixed, values=[1, 2, 3, 4], **by(tx))
    headers = await database.pool.fetch(HEADERS)
    assert [shape(header)[:2] for header in headers[:2]] == [("thing.created", 1000), ("thing.created", 500)]
    assert sorted(shape(header) for header in headers[2:]) == [
        ("thing.created", 2, [1, 1]),
        ("thing.updated", 1, [2]),
    ]
    assert all(header["subjects"] == sorted(header["subjects"]) for header in headers)
    assert {tuple(header["fields"]) for header in headers} == {("value",)}
    assert await database.pool.fetchval("select count(*) from things.history") == 1503


async def test_the_tables_refuse_a_header_that_does_not_add_up(database: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await database.pool.execute(
            "insert into things.feed (n, type, fields, subjects, versions) values (2, 't', '{}', $1, $2)",
            some(1),
            [1],
        )
    with pytest.raises(asyncpg.CheckViolationError):
        await database.pool.execute("insert into things.feed_head (k) values (2)")


def test_a_feed_needs_a_schema() -> None:
    with pytest.raises(ValueError, match="schema"):
        Feed(MetaData(), "/x")
