"""Many writers at once: nothing lost, nothing doubled, nobody stuck."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import httpx

from tests.services.customer.conftest import Create
from tests.support.running import Running


async def count(customer: Running, name: str) -> tuple[int, int, int]:
    """Return how many customers, feed entries and history rows a name has."""
    row = await customer.database.pool.fetchrow(
        "with c as (select id from customer.customers where name = $1) select (select count(*) from c),"
        " (select count(*) from customer.feed f join c on c.id = any(f.subjects)),"
        " (select count(*) from customer.history h join c on c.id = h.subject)",
        name,
    )
    return tuple(row)


async def test_one_key_is_one_customer(client: httpx.AsyncClient, customer: Running) -> None:
    name, headers = uuid4().hex, {"Idempotency-Key": uuid4().hex}

    async def post(body: dict[str, str]) -> httpx.Response:
        for _ in range(100):
            answer = await client.post("/v1/customers", json=body, headers=headers)
            if answer.status_code != 409:  # 409: the first one is still being answered
                break
            await asyncio.sleep(0.05)
        return answer

    answers = await asyncio.gather(*(post({"name": name}) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.headers["etag"] for answer in answers} == {'"1"'}
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await count(customer, name) == (1, 1, 1)
    other = await post({"name": name, "region": "x"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_refused_request_leaves_its_key_free(client: httpx.AsyncClient, create: Create) -> None:
    held, headers = {"system": "erp", "id": uuid4().hex}, {"Idempotency-Key": uuid4().hex}
    holder = await create(identities=[held])
    body = {"name": "x", "identities": [held]}
    assert (await client.post("/v1/customers", json=body, headers=headers)).status_code == 409
    await client.delete(f"/v1/customers/{holder['id']}", headers={"If-Match": '"1"'})
    assert (await client.post("/v1/customers", json=body, headers=headers)).status_code == 201


async def test_no_increment_is_lost(client: httpx.AsyncClient, create: Create) -> None:
    path = f"/v1/customers/{(await create(attributes={'n': 0}))['id']}"

    async def increment(times: int) -> None:
        current = await client.get(path)
        while times:
            n = current.json()["attributes"]["n"] + 1
            match = {"If-Match": current.headers["etag"]}
            current = await client.patch(path, json={"attributes": {"n": n}}, headers=match)
            if current.status_code == 200:
                times -= 1
            else:
                assert current.status_code == 412
                await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311 - who goes next
                current = await client.get(path)

    await asyncio.gather(*(increment(8) for _ in range(8)))
    final = (await client.get(path)).json()
    assert (final["attributes"]["n"], final["version"]) == (64, 65)
    history = await client.get(f"{path}/history?limit=1000")
    steps = [step["changes"]["attributes.n"]["to"] for step in history.json()["items"]]
    assert steps == list(range(64, -1, -1))


async def test_who_is_stale_hears_it_without_waiting(
    client: httpx.AsyncClient, customer: Running, create: Create
) -> None:
    id_ = (await create())["id"]
    path = f"/v1/customers/{id_}"
    await client.patch(path, json={"region": "East"}, headers={"If-Match": '"1"'})
    async with customer.database.pool.acquire() as other, other.transaction():
        await other.execute("select from customer.customers where id = $1 for update", id_)
        async with asyncio.timeout(1):  # a lock is waited for longer than that
            stale = await client.patch(path, json={"region": "West"}, headers={"If-Match": '"1"'})
            gone = await client.delete(path, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["changed"], stale.headers["etag"]) == (412, ["region"], '"2"')
    assert gone.status_code == 412
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204


async def test_overlapping_batches_neither_block_nor_double(
    client: httpx.AsyncClient, customer: Running
) -> None:
    names, name = [uuid4().hex for _ in range(60)], uuid4().hex

    async def write(seed: int) -> list[dict[str, Any]]:
        chosen = random.Random(seed).sample(names, 40)  # noqa: S311 - each writer its own order
        rows = [{"name": name, "identities": [{"system": "erp", "id": each}]} for each in chosen]
        answer = await client.post("/v1/customers/batch", json={"items": rows})
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    for _ in range(2):
        results = [each for batch in await asyncio.gather(*map(write, range(8))) for each in batch]
        assert {each["outcome"] for each in results} <= {"created", "unchanged"}
    customers, told, kept = await count(customer, name)
    assert customers == told == kept == len({each["id"] for each in results})


async def test_writers_of_the_same_rows_in_different_orders_never_deadlock(
    client: httpx.AsyncClient, create: Create
) -> None:
    ids = [(await create())["id"] for _ in range(20)]

    async def write(seed: int) -> None:
        chosen = random.Random(seed).sample(ids, 20)  # noqa: S311 - as above
        rows = [{"id": each, "attributes": {str(seed): True}} for each in chosen]
        answer = await client.post("/v1/customers/batch", json={"items": rows})
        assert answer.json()["counts"]["updated"] == 20

    await asyncio.gather(*map(write, range(10)))
    for each in ids:
        body = (await client.get(f"/v1/customers/{each}")).json()
        assert (body["version"], len(body["attributes"])) == (11, 10)


async def test_a_freed_name_goes_to_one_customer(client: httpx.AsyncClient, create: Create) -> None:
    held = {"system": "erp", "id": uuid4().hex}
    holder = await create(identities=[held])
    path, match = f"/v1/customers/{holder['id']}", {"If-Match": '"1"'}
    body = {"name": "x", "identities": [held]}
    deleted, *posted = await asyncio.gather(
        client.delete(path, headers=match), *(client.post("/v1/customers", json=body) for _ in range(8))
    )
    assert deleted.status_code == 204
    created = [answer.json()["id"] for answer in posted if answer.status_code == 201]
    assert {answer.status_code for answer in posted} <= {201, 409}
    assert len(created) <= 1
    found = await client.get(f"/v1/customers/erp:{held['id']}")
    assert [found.json().get("id")] == (created or [None])
