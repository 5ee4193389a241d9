"""Runs over everything: what they find, that they go on after a kill, and what they leave alone."""

from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.customer.duplicates import running
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from tests.services.customer.duplicates.support import asked, created, look, pairs, person, phone
from tests.support.running import Running


async def test_who_is_one_customer_is_found_with_reasons(
    client: httpx.AsyncClient, customer: Running
) -> None:
    number = phone()
    one, other = [await created(client, person(name, number)) for name in ("周国藩", "Guofan Zhou")]
    await created(client, person("李娜", phone()))
    run = await look(client, customer)
    assert (run["status"], run["progress"], run["error"]) == ("done", 1.0, None)
    assert run["counts"]["customers"] >= 3
    assert run["counts"]["pairs"] >= 1
    (pair,) = await pairs(client, customer=one)
    assert set(pair["customers"]) == set(pair["records"]) == {one, other}
    assert (pair["status"], pair["found_by"], pair["certain"]) == ("open", "run", True)
    assert {each["field"]: each["level"] for each in pair["reasons"]} == {
        "prior": "records",
        "name": "swapped",
        "phone": "same",
        "kind": "same",
        "relatives": "shared",
    }
    assert abs(sum(each["weight"] for each in pair["reasons"]) - pair["score"]) < 0.01
    assert number not in str(pair)
    one_pair = await client.get(f"/v1/duplicates/{pair['id']}")
    assert (one_pair.json(), one_pair.headers["etag"]) == (pair, f'"{pair["version"]}"')
    assert pair["cluster_id"] in {one, other}


async def test_households_and_the_deleted_are_left_alone(
    client: httpx.AsyncClient, customer: Running
) -> None:
    number, gone = phone(), phone()
    home = {"addresses": [{"lines": ["12 Baker Street"], "city": "London"}]}
    family = [
        await created(client, person(f"{given} Holmes", number, **home)) for given in ("Mycroft", "Enola")
    ]
    left = [await created(client, person("Irene Adler", gone)) for _ in range(2)]
    answer = await client.delete(f"/v1/customers/{left[0]}", headers={"If-Match": '"1"'})
    assert answer.status_code == 204
    await look(client, customer)
    assert not await pairs(client, customer=family[0])
    assert not await pairs(client, customer=left[1])


async def test_what_is_no_longer_alike_or_no_longer_there_leaves_the_queue(
    client: httpx.AsyncClient, customer: Running
) -> None:
    number, second = phone(), phone()
    one, other = [await created(client, person("Tom Ripley", number)) for _ in range(2)]
    third, fourth = [await created(client, person("Ida Lupino", second)) for _ in range(2)]
    await look(client, customer)
    assert len(await pairs(client, customer=one)) == len(await pairs(client, customer=third)) == 1
    changed = {"name": "Dickie Greenleaf", "contact_points": []}
    await client.patch(f"/v1/customers/{other}", json=changed, headers={"If-Match": '"1"'})
    await client.delete(f"/v1/customers/{fourth}", headers={"If-Match": '"1"'})
    assert not await pairs(client, customer=third), "at once"
    await look(client, customer)
    assert not await pairs(client, customer=one)


async def test_three_records_of_one_are_one_cluster(client: httpx.AsyncClient, customer: Running) -> None:
    number = phone()
    three = [await created(client, person("Hercule Poirot", number)) for _ in range(3)]
    await look(client, customer)
    found = await pairs(client, customer=three[0])
    (cluster,) = {pair["cluster_id"] for pair in found}
    together = await pairs(client, cluster=cluster)
    assert {id_ for pair in together for id_ in pair["customers"]} == set(three)


async def test_a_second_run_changes_nothing(client: httpx.AsyncClient, customer: Running) -> None:
    await look(client, customer)
    before = await pairs(client)
    told = "select count(*) from customer.feed where type like 'duplicate.%'"
    count = await customer.database.pool.fetchval(told)
    await look(client, customer)
    assert await pairs(client) == before
    assert await customer.database.pool.fetchval(told) == count


async def test_a_killed_run_goes_on_where_it_was(
    client: httpx.AsyncClient, customer: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies after each checkpoint, one after another, misses nobody."""
    monkeypatch.setattr(running, "PAGE", 3)
    for _ in range(9):
        number = phone()
        for _ in range(2):
            await created(client, person("Miss Marple", number))
    run = await asked(client)
    real, died = running._One.__dict__["_keep"], 0

    class KilledError(BaseException):
        """Stands for a signal."""

    async def keep_and_die(self: Any, *given: Any) -> None:
        nonlocal died
        await real(self, *given)
        died += 1
        if died < 4:
            raise KilledError

    monkeypatch.setattr(running._One, "_keep", keep_and_die)
    for _ in range(4):
        try:
            await work_once(customer.database, JOBS, {KIND: DuplicateRun(customer.database)})
        except BaseException as group:  # noqa: BLE001 - the signal comes wrapped in a group
            assert "KilledError" in repr(group)  # noqa: PT017 - as above
        await customer.database.pool.execute(
            "update customer.jobs set leased_until = now() where status = 'running'"
        )
    done = (await client.get(f"/v1/duplicate-runs/{run}")).json()
    assert (done["status"], died > 4) == ("done", True)
    everybody = await customer.database.pool.fetchval(
        "select count(*) from customer.customers where deleted_at is null"
    )
    assert done["counts"]["customers"] == everybody
    assert await customer.database.pool.fetchval("select count(*) from customer.duplicate_pages") == 0


async def test_runs_are_listed_and_cancelled(client: httpx.AsyncClient) -> None:
    run = await asked(client, learn=False)
    listed = (await client.get("/v1/duplicate-runs", params={"status": "queued"})).json()["items"]
    assert [each["id"] for each in listed] == [run]
    cancelled = await client.post(f"/v1/duplicate-runs/{run}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
