"""Merges, undos and writes at once: they are ordered, each is whole, and nobody waits for ever."""

import asyncio
import random
from typing import Any

import httpx

from tests.services.customer.conftest import Create
from tests.services.customer.merges.conftest import Merge, named, plain
from tests.support.running import Running

COUNT = 8


async def whole(customer: Running, ids: list[str]) -> None:
    """Check that ids, names, rows and mapping tell one story."""
    rows = await customer.database.pool.fetch(
        "select c.id, c.deleted_at is null as live, c.merged_ids, f.current_id, c.identities"
        " from customer.customers c left join customer.former_ids f on f.original_id = c.id"
        " where c.id = any($1)",
        ids,
    )
    live = {row["id"]: row for row in rows if row["live"]}
    for row in rows:
        assert row["live"] == (row["current_id"] is None)
        assert row["live"] or row["id"] in live[row["current_id"]]["merged_ids"]
    merged = [id_ for row in live.values() for id_ in row["merged_ids"]]
    assert sorted(merged) == sorted(row["id"] for row in rows if not row["live"])
    held = await customer.database.pool.fetch(
        "select external_id, customer_id from customer.identities where customer_id = any($1)", ids
    )
    told = {name["id"]: id_ for id_, row in live.items() for name in row["identities"]}
    assert {row["external_id"]: row["customer_id"] for row in held} == told


async def test_merges_that_overlap_are_ordered(
    customer: Running, client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    for seed in range(3):
        luck = random.Random(seed)  # noqa: S311 - each writer its own order
        names = [named(str(n)) for n in range(COUNT)]
        records = [await create(identities=[name], tags=[name["id"]]) for name in names]
        ids = [each["id"] for each in records]
        groups = [luck.sample(ids, 3) for _ in range(6)]
        answers = await asyncio.gather(*(merge(*group) for group in groups))
        codes = {answer.status_code for answer in answers}
        assert codes <= {200, 201}, [answer.text for answer in answers]
        await whole(customer, ids)
        for group in groups:
            meant = [(await client.get(f"/v1/customers/{id_}")).json()["id"] for id_ in group]
            assert len(set(meant)) == 1
        made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        await _undo_all(client, made)
        now = [(await client.get(f"/v1/customers/{id_}")).json() for id_ in ids]
        assert list(map(plain, now)) == list(map(plain, records))
        await whole(customer, ids)


async def _undo_all(client: httpx.AsyncClient, merges: set[str]) -> None:
    """Undo at once, twice each, until all are undone; those in the way of others come first."""
    while merges:
        asked = [*merges, *merges]
        posts = [client.post(f"/v1/merges/{id_}/undo", json={}) for id_ in asked]
        answers = zip(asked, await asyncio.gather(*posts), strict=True)
        done = {id_ for id_, answer in answers if answer.status_code == 200}
        assert done
        merges -= done


async def test_edits_beside_merges_and_undos_are_lost_nowhere(
    customer: Running, client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    one, other = await create(identities=[named("a")]), await create(identities=[named("b")])
    ids, stop, written = [one["id"], other["id"]], asyncio.Event(), list[str]()

    async def edit(luck: random.Random) -> None:
        number = 0
        while not stop.is_set():
            tag = f"{luck.random()}"
            path = f"/v1/customers/{luck.choice(ids)}"
            read = await client.get(path)
            assert read.status_code == 200, read.text
            body = {"attributes": {tag: number}}
            answer = await client.patch(path, json=body, headers={"If-Match": read.headers["etag"]})
            assert answer.status_code in {200, 412}, answer.text
            written.extend([tag] if answer.status_code == 200 else [])
            number += 1

    editors = [asyncio.create_task(edit(random.Random(seed))) for seed in range(3)]  # noqa: S311 - as above
    for _ in range(6):
        made: dict[str, Any] = (await merge(*ids)).json()
        assert (await client.post(f"/v1/merges/{made['id']}/undo", json={})).status_code == 200
    stop.set()
    await asyncio.gather(*editors)
    found = [(await client.get(f"/v1/customers/{id_}")).json()["attributes"] for id_ in ids]
    assert set(written) == found[0].keys() | found[1].keys()
    await whole(customer, ids)


async def test_every_id_answers_while_merges_come_and_go(
    client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    ids, stop = [(await create())["id"] for _ in range(2)], asyncio.Event()

    async def read(id_: str) -> None:
        while not stop.is_set():
            answer = await client.get(f"/v1/customers/{id_}")
            assert answer.status_code == 200, answer.text

    async def write(id_: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            items = [{"id": id_, "attributes": {id_: number}}]
            answer = await client.post("/v1/customers/batch", json={"mode": "update", "items": items})
            assert [row["problem"] for row in answer.json()["results"]] == [None]

    async with asyncio.TaskGroup() as others:
        for act in (read, read, read, write):
            for id_ in ids:
                others.create_task(act(id_))
        for _ in range(25):
            made = (await merge(*ids)).json()
            assert (await client.post(f"/v1/merges/{made['id']}/undo", json={})).status_code == 200
        stop.set()
