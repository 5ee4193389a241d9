"""The feed over HTTP: pages, filters, cursors that expire, waiting, and who sees what."""

from dataclasses import replace
from itertools import cycle
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings, strategies

from feed.sequencer import prune, renew, stamp
from feed.write import Change, tell
from shared.auth import Principal
from shared.database import Database
from tests.feed.support import ALL, EAST, OWN, get, now, refused, set_values, some
from tests.feed.things import FEED, WRITER
from tests.support.running import Running


async def test_a_change_is_a_cloud_event_with_the_newest_state(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    (subject,) = ids = some(1)
    for value in (1, 2):
        await set_values(database, ids, value)
    await stamp(line, FEED)
    page = await get(running)
    assert page["up_to_date"]
    epoch = await database.pool.fetchval("select epoch from things.feed_head")
    first, second = page["items"]
    assert second == {
        "specversion": "1.0",
        "id": f"{epoch}:2",
        "source": "/things",
        "type": "thing.updated",
        "subject": str(subject),
        "time": second["time"],
        "version": 2,
        "changed": ["value"],
        "origin": "erp",
        "transaction": second["transaction"],
        "removed": False,
        "data_version": 2,
        "deleted": False,
        "data": {"id": str(subject), "value": 2, "owner": None},
    }
    assert (first["version"], first["data_version"], first["data"]["value"]) == (1, 2, 2)
    assert first["time"].endswith(("Z", "+00:00"))


async def test_nothing_there_is_an_empty_page_with_a_cursor(running: Running, database: Database) -> None:
    page = await get(running)
    assert (page["items"], page["up_to_date"]) == ([], True)
    assert await get(running, after=page["next"]) == page


async def test_what_is_not_stamped_is_not_seen(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    await set_values(database, some(3), 1)
    start = await get(running)
    assert start["items"] == []
    await stamp(line, FEED)
    assert len((await get(running, after=start["next"]))["items"]) == 3


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=strategies.lists(strategies.integers(1, 40), max_size=8),
    limits=strategies.lists(strategies.integers(1, 60), min_size=1, max_size=5),
)
async def test_pages_of_any_size_give_every_change_once_and_in_order(
    sizes: list[int], limits: list[int], running: Running, database: Database, line: asyncpg.Connection
) -> None:
    cursor, head = await _end(running), await database.pool.fetchval("select position from things.feed_head")
    expected, found = list[str](), list[dict[str, Any]]()
    for size in sizes:
        ids = sorted(some(size))
        await set_values(database, ids, 1)
        expected += [str(each) for each in ids]
    await stamp(line, FEED)
    for limit in cycle(limits):
        page = await get(running, limit=limit, after=cursor)
        assert len(page["items"]) <= limit
        found, cursor = found + page["items"], page["next"]
        if page["up_to_date"]:
            break
    assert [item["subject"] for item in found] == expected
    assert [int(item["id"].rpartition(":")[2]) for item in found] == list(
        range(head + 1, head + len(expected) + 1)
    )


async def _end(running: Running) -> str:
    page = await get(running, limit=2000, thin=True)
    while not page["up_to_date"]:
        page = await get(running, limit=2000, thin=True, after=page["next"])
    end: str = page["next"]
    return end


async def test_a_filter_moves_over_what_it_leaves_out(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    ids = some(50)
    await set_values(database, ids, 1)
    await set_values(database, ids[:1], 2)
    await stamp(line, FEED)
    page = await get(running, types="thing.updated", limit=10)
    assert [item["version"] for item in page["items"]] == [2]
    assert page["up_to_date"]
    assert len((await get(running, types="thing", limit=2000))["items"]) == 51
    page = await get(running, types="thing.renamed,thing.painted", limit=1)
    assert (page["items"], page["up_to_date"]) == ([], True)
    problem = (await refused(running, types="person.created")).json()
    assert (problem["status"], problem["errors"][0]["parameter"]) == (422, "types")


async def test_origins_choose_whose_changes_are_heard(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    start = (await get(running))["next"]
    for source in ("erp", "shop", "web"):
        await set_values(database, some(1), 1, replace(WRITER, source=source))
    await stamp(line, FEED)

    async def heard(**params: str) -> list[str]:
        page = await get(running, after=start, **params)
        assert page["up_to_date"]
        return [item["origin"] for item in page["items"]]

    assert await heard() == ["erp", "shop", "web"]
    assert await heard(origins="erp") == ["erp"]
    assert await heard(origins="shop, erp") == ["erp", "shop"]
    assert await heard(not_origins="erp") == ["shop", "web"]
    assert await heard(origins="erp,shop", not_origins="erp", types="thing.created") == ["shop"]
    assert await heard(origins="nobody") == []


async def test_a_thin_page_has_no_state(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    await set_values(database, some(2), 1)
    await stamp(line, FEED)
    answer = (await running.client(ALL).get("/v1/changes", params={"thin": "true"})).json()
    assert [item["version"] for item in answer["items"]] == [1, 1]
    assert not {"data", "data_version", "deleted"} & set(answer["items"][0])


async def test_deleted_and_not_there_yet_are_told_apart(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    deleted, absent = ids = some(2)
    await set_values(database, ids, 1)
    await database.pool.execute("update things.things set deleted = true, version = 2 where id = $1", deleted)
    await database.pool.execute("delete from things.things where id = $1", absent)
    await stamp(line, FEED)
    first, second = (await get(running))["items"]
    assert (first["deleted"], first["data"], first["data_version"]) == (True, None, 2)
    assert (second["deleted"], second["removed"], second["data"], second["data_version"]) == (
        False,
        False,
        None,
        None,
    )


async def test_a_row_that_is_gone_is_deleted_when_its_history_says_so(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    gone, there = ids = some(2)
    await set_values(database, ids, 1)
    async with database.begin(WRITER, at=now()) as tx:
        await tx.connection.execute("delete from things.things where id = $1", gone)
        await tell(tx, FEED, "thing.deleted", [Change(gone, 2, {"deleted_at": {"from": None, "to": "now"}})])
    await stamp(line, FEED)
    told = [
        (each["subject"], each["deleted"], each["data_version"]) for each in (await get(running))["items"]
    ]
    assert told == [(str(gone), True, 2), (str(there), False, 1), (str(gone), True, 2)]
    params = {"kind": "thing", "ids": [str(id_) for id_ in ids]}
    named = (await running.client(ALL).get("/v1/changes/snapshot", params=params)).json()["items"]
    assert {each["subject"]: each["deleted"] for each in named} == {str(gone): True, str(there): False}
    assert [each["subject"] for each in (await get(running, OWN))["items"]] == []
    whole = (await running.client(ALL).get("/v1/changes/snapshot")).json()["items"]
    assert [each["subject"] for each in whole] == [str(there)], "a new copy need not hear of it"


async def expired(running: Running, cursor: str, principal: Principal = ALL) -> None:
    """Check that a cursor is refused as such."""
    answer = await refused(running, principal, after=cursor)
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert answer.headers["link"] == '</v1/changes/snapshot>; rel="snapshot"'


async def test_a_cursor_below_the_floor_expires(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    start = (await get(running))["next"]
    await set_values(database, some(5), 1)
    await stamp(line, FEED)
    end = (await get(running))["next"]
    await prune(line, FEED, 5)
    await expired(running, start)
    assert (await get(running, after=end))["items"] == []
    await set_values(database, some(2), 1)
    await stamp(line, FEED)
    assert len((await get(running))["items"]) == 2  # without a cursor: from the floor


async def test_a_cursor_ahead_of_the_head_expires(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    await set_values(database, some(5), 1)
    await stamp(line, FEED)
    end = (await get(running))["next"]
    await database.pool.execute("update things.feed_head set position = 4")
    await expired(running, end)


async def test_a_cursor_of_another_epoch_expires(
    running: Running, database: Database, line: asyncpg.Connection
) -> None:
    end = (await get(running))["next"]
    snapshot = (await get(running, path="/snapshot"))["cursor"]
    await renew(line, FEED)
    await expired(running, end)
    await expired(running, snapshot)


async def test_a_cursor_expires_with_the_rights_of_its_reader(running: Running, database: Database) -> None:
    cursor = (await get(running, OWN))["next"]
    assert (await get(running, OWN, after=cursor))["items"] == []
    await expired(running, cursor)
    await expired(running, cursor, EAST)


async def test_a_forged_cursor_is_invalid(running: Running, database: Database) -> None:
    cursor = (await get(running))["next"]
    for forged in (
        "x",
        cursor[:-2] + "AA",
        (await get(running, path="/snapshot"))["cursor"][::-1],
        "\x00",
        "é",
    ):
        answer = await refused(running, after=forged)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=2001", "wait=-1", "wait=26", "wait=nan", "thin=perhaps", "x=1"]
)
async def test_parameters_have_bounds(running: Running, database: Database, query: str) -> None:
    answer = await running.client(ALL).get(f"/v1/changes?{query}")
    assert answer.status_code == 422


async def test_reading_needs_the_scope(running: Running) -> None:
    nobody = Principal("reader", frozenset(("customers:read",)))
    assert (await refused(running, nobody)).status_code == 403
    assert (await refused(running, nobody, path="/snapshot")).status_code == 403
