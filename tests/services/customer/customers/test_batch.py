"""Batches: every row is judged on its own, in order."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.support.running import Running


async def batch(client: httpx.AsyncClient, *rows: object, **options: object) -> list[dict[str, Any]]:
    answer = await client.post("/v1/customers/batch", json={"items": rows, **options})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(len(rows)))
    assert sum(answer.json()["counts"].values()) == len(rows)
    return results


def outcomes(results: Sequence[dict[str, Any]]) -> list[str]:
    return [result["problem"]["code"] if result["problem"] else result["outcome"] for result in results]


def named() -> dict[str, Any]:
    return {"name": "Li Na", "identities": [{"system": "erp", "id": uuid4().hex}]}


async def test_an_upsert_creates_then_leaves_then_updates(client: httpx.AsyncClient) -> None:
    one, two = named(), named()
    assert outcomes(await batch(client, one, two)) == ["created", "created"]
    results = await batch(client, one, {**two, "region": "West"})
    assert outcomes(results) == ["unchanged", "updated"]
    assert [result["version"] for result in results] == [1, 2]
    read = await client.get(f"/v1/customers/{results[1]['id']}")
    assert (read.json()["region"], read.json()["name"]) == ("West", "Li Na")


async def test_a_repeated_row_finds_what_came_before_it(client: httpx.AsyncClient) -> None:
    row = named()
    results = await batch(client, row, {**row, "region": "West"}, row, {**row, "region": "East"})
    assert outcomes(results) == ["created", "updated", "unchanged", "updated"]
    assert [result["version"] for result in results] == [1, 2, 2, 3]
    assert len({result["id"] for result in results}) == 1


async def test_identities_are_added_and_never_removed(client: httpx.AsyncClient) -> None:
    row, more = named(), {"system": "pos", "id": uuid4().hex}
    await batch(client, row)
    results = await batch(
        client, {"identities": [*row["identities"], more]}, {"identities": [more], "region": "x"}
    )
    assert outcomes(results) == ["updated", "updated"]
    read = await client.get(f"/v1/customers/pos:{more['id']}")
    assert {identity["system"] for identity in read.json()["identities"]} == {"erp", "pos"}


async def test_bad_rows_never_fail_their_neighbours(client: httpx.AsyncClient, create: Create) -> None:
    here, there = named(), named()
    await batch(client, here, there)
    both = {"identities": [*here["identities"], *there["identities"]]}
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    known = await create()
    rows: list[Any] = [
        {"nme": "x", "region": "x"},
        "no object",
        both,
        {"id": unknown, "name": "x"},
        {"id": known["id"], "identities": here["identities"]},
        {"id": known["id"], "if_version": 7},
        {"identities": [{"system": "erp", "id": uuid4().hex}]},
        {"name": "x", "version": 3},
        {"id": known["id"], "if_version": 1, "region": "West"},
    ]
    results = await batch(client, *rows)
    assert outcomes(results) == [
        "invalid",
        "invalid",
        "ambiguous_identity",
        "not_found",
        "ambiguous_identity",
        "precondition_failed",
        "invalid",
        "invalid",
        "updated",
    ]
    pointers = [[error["pointer"] for error in results[index]["problem"]["errors"]] for index in (0, 1, 6, 7)]
    assert pointers == [["/nme"], [""], ["/name"], ["/version"]]


async def test_the_mode_bounds_what_a_row_may_do(client: httpx.AsyncClient) -> None:
    known, unknown = named(), named()
    (first,) = await batch(client, known)
    results = await batch(client, known, unknown, mode="create")
    assert outcomes(results) == ["identity_taken", "created"]
    assert results[0]["problem"]["customer_id"] == first["id"]
    results = await batch(client, {**known, "region": "x"}, named(), mode="update")
    assert outcomes(results) == ["updated", "not_found"]


async def test_a_dry_run_tells_the_same_and_writes_nothing(
    client: httpx.AsyncClient, customer: Running
) -> None:
    row, new = named(), named()
    await batch(client, row)
    rows = ({**row, "region": "West"}, new, {**new, "region": "East"}, {"nme": 1})
    before = await written(customer)
    dry = await batch(client, *rows, dry_run=True)
    assert await written(customer) == before
    real = await batch(client, *rows)
    assert outcomes(dry) == outcomes(real) == ["updated", "created", "updated", "invalid"]
    assert [result["version"] for result in dry] == [result["version"] for result in real]
    assert [result["id"] for result in dry] == [real[0]["id"], None, None, None]


async def written(customer: Running) -> list[int]:
    tables = ("customers", "identities", "feed", "history")
    return [await customer.database.pool.fetchval(f"select count(*) from customer.{t}") for t in tables]


async def test_each_change_is_told_once(client: httpx.AsyncClient, customer: Running) -> None:
    row = named()
    results = await batch(client, row, {**row, "region": "West"}, row, {**row, "owner": "u-1"})
    told = await customer.database.pool.fetch(
        "select type, versions from customer.feed where $1 = any(subjects) order by seq", results[0]["id"]
    )
    assert [(each["type"], each["versions"]) for each in told] == [
        ("customer.created", [1]),
        ("customer.updated", [2]),
        ("customer.updated", [3]),
    ]


@pytest.mark.parametrize("items", [[], [{}] * 1001, "x", None])
async def test_a_batch_has_one_to_a_thousand_rows(client: httpx.AsyncClient, items: object) -> None:
    answer = await client.post("/v1/customers/batch", json={"items": items})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")


async def test_a_thousand_rows_are_one_header(client: httpx.AsyncClient, customer: Running) -> None:
    results = await batch(client, *(named() for _ in range(1000)))
    assert outcomes(results) == ["created"] * 1000
    headers = "select count(*), sum(n) from customer.feed where subjects && $1"
    row = await customer.database.pool.fetchrow(headers, [result["id"] for result in results])
    assert tuple(row) == (1, 1000)
