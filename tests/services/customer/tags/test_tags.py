"""Tags: counted, renamed, removed and assigned, for who sees the customers."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create


@pytest.fixture
def mark() -> str:
    """Return what the tags of one test begin with."""
    return uuid4().hex[:8]


async def counts(client: httpx.AsyncClient, mark: str, **more: object) -> dict[str, int]:
    answer = await client.get("/v1/tags", params={"prefix": mark, **more})  # type: ignore[arg-type]  # simple values
    assert answer.status_code == 200, answer.text
    return {each["tag"].removeprefix(mark): each["customers"] for each in answer.json()["items"]}


async def tags_of(client: httpx.AsyncClient, customer: dict[str, Any]) -> list[str]:
    answer: list[str] = (await client.get(f"/v1/customers/{customer['id']}")).json()["tags"]
    return answer


async def test_tags_are_counted_for_who_sees_the_customers(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, desk: httpx.AsyncClient, create: Create, mark: str
) -> None:
    await create(tags=[f"{mark}a", f"{mark}b"], owner="u-seller")
    await create(tags=[f"{mark}b"], department="east")
    gone = await create(tags=[f"{mark}b", f"{mark}c"])
    await client.delete(f"/v1/customers/{gone['id']}", headers={"If-Match": '"1"'})
    assert await counts(client, mark) == {"a": 1, "b": 2}
    assert await counts(seller, mark) == {"a": 1, "b": 1}
    assert await counts(desk, mark) == {"b": 1}
    first = (await client.get("/v1/tags", params={"prefix": mark, "limit": 1})).json()
    rest = await client.get("/v1/tags", params={"prefix": mark, "cursor": first["next"]})
    assert [each["tag"] for each in (*first["items"], *rest.json()["items"])] == [f"{mark}a", f"{mark}b"]


async def test_a_rename_merges_into_what_is_there(
    client: httpx.AsyncClient, create: Create, mark: str
) -> None:
    old, new = f"{mark}old", f"{mark}新 / new"
    both = await create(tags=[old, "x", new])
    one = await create(tags=["y", old])
    other = await create(tags=[new])
    key = {"Idempotency-Key": uuid4().hex}
    body = {"from": old, "to": new}
    done, again = [await client.post("/v1/tags/rename", json=body, headers=key) for _ in range(2)]
    assert (done.status_code, done.json()) == (200, {"changed": 2, "left": 0}), done.text
    assert (again.json(), again.headers["idempotency-replayed"]) == (done.json(), "true")
    assert await tags_of(client, both) == [new, "x"]
    assert await tags_of(client, one) == ["y", new]
    assert (await client.get(f"/v1/customers/{other['id']}")).headers["etag"] == '"1"'
    history = (await client.get(f"/v1/customers/{one['id']}/history")).json()["items"][0]
    assert (history["version"], history["changes"]) == (2, {"tags": {"from": ["y", old], "to": ["y", new]}})
    assert (await client.post("/v1/tags/rename", json=body)).json() == {"changed": 0, "left": 0}
    refused = await client.post("/v1/tags/rename", json={"from": old, "to": old})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to")


async def test_what_is_left_is_told_and_done_by_asking_again(
    client: httpx.AsyncClient, create: Create, mark: str
) -> None:
    for _ in range(5):
        await create(tags=[mark])
    told = [
        (await client.post("/v1/tags/rename", json={"from": mark, "to": f"{mark}2", "limit": 2})).json()
        for _ in range(4)
    ]
    assert [(each["changed"], each["left"]) for each in told] == [(2, 3), (2, 1), (1, 0), (0, 0)]
    removed = await client.delete(f"/v1/tags/{mark}2", params={"limit": 4})
    assert removed.json() == {"changed": 4, "left": 1}
    assert await counts(client, mark) == {"2": 1}


async def test_many_are_renamed_in_one_request(client: httpx.AsyncClient, mark: str) -> None:
    for _ in range(3):
        items = [{"name": "Many", "tags": [mark]} for _ in range(700)]
        assert (await client.post("/v1/customers/batch", json={"items": items})).status_code == 200
    body = {"from": mark, "to": f"{mark}2", "limit": 10_000}
    done = await client.post("/v1/tags/rename", json=body)
    assert done.json() == {"changed": 2100, "left": 0}, done.text
    assert await counts(client, mark) == {"2": 2100}


async def test_only_what_is_seen_is_renamed(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, create: Create, mark: str
) -> None:
    mine = await create(tags=[mark], owner="u-seller")
    foreign = await create(tags=[mark], owner="u-other")
    done = await seller.post("/v1/tags/rename", json={"from": mark, "to": f"{mark}2"})
    assert done.json() == {"changed": 1, "left": 0}
    assert (await tags_of(client, mine), await tags_of(client, foreign)) == ([f"{mark}2"], [mark])
    assert (await seller.delete(f"/v1/tags/{mark}")).json() == {"changed": 0, "left": 0}
    assert (await seller.put(f"/v1/customers/{foreign['id']}/tags/x")).status_code == 404


async def test_one_tag_of_one_customer_takes_no_version(client: httpx.AsyncClient, create: Create) -> None:
    made = await create(tags=["a"])
    path = f"/v1/customers/{made['id']}/tags/{quote('b/新', safe='')}"
    put = await client.put(path)
    assert (put.status_code, put.json(), put.headers["etag"]) == (200, {"tags": ["a", "b/新"]}, '"2"')
    assert (await client.put(path)).headers["etag"] == '"2"'
    taken = await client.delete(path)
    assert (taken.json(), taken.headers["etag"]) == ({"tags": ["a"]}, '"3"')
    assert (await client.delete(path)).headers["etag"] == '"3"'
    assert (await client.put(f"/v1/customers/{uuid4()}/tags/b")).status_code == 404
    full = await create(tags=[f"t{number}" for number in range(100)])
    refused = await client.put(f"/v1/customers/{full['id']}/tags/more")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/tags")


async def test_some_customers_are_tagged_each_on_its_own(client: httpx.AsyncClient, create: Create) -> None:
    plain, tagged = await create(), await create(tags=["a", "b"])
    full = await create(tags=[f"t{number}" for number in range(100)])
    ids = [plain["id"], tagged["id"], str(uuid4()), full["id"], plain["id"]]
    done = await client.post("/v1/tags/assign", json={"ids": ids, "add": ["a"], "remove": ["b"]})
    lines = done.json()["results"]
    told = ["updated", "updated", "rejected", "rejected", "unchanged"]
    assert [line["outcome"] for line in lines] == told, done.text
    assert [line["problem"] and line["problem"]["status"] for line in lines] == [None, None, 404, 422, None]
    assert (await tags_of(client, plain), await tags_of(client, tagged)) == (["a"], ["a"])
    assert done.json()["counts"]["updated"] == 2
