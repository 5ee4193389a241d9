"""Graphs and hierarchies over HTTP: bounded, free of circles, without who is not seen, through merges."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.customer.graph.schemas import CustomerGraph, CustomerHierarchy
from shared.auth import Principal, Visibility
from tests.services.customer.conftest import Create
from tests.support.running import Running

MERGE = (
    "update customer.customers set deleted_at = now() where id = $2 and id <> $1",
    "update customer.customers set merged_ids = merged_ids || $2::uuid where id = $1",
    "insert into customer.former_ids (original_id, current_id, merge_id) values ($2, $1, $2)",
)
UNDO = (
    "update customer.customers set deleted_at = null where id = $2 and id <> $1",
    "update customer.customers set merged_ids = array_remove(merged_ids, $2) where id = $1",
    "delete from customer.former_ids where original_id = $2 and current_id = $1",
)


async def made(
    client: httpx.AsyncClient, ends: tuple[str, str], type_: str = "hierarchy", **more: Any
) -> str:
    body = {"type": type_, "from_customer": ends[0], "to_customer": ends[1], **more}
    answer = await client.post("/v1/relations", json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def firms(create: Create, count: int, **more: str) -> list[str]:
    return [(await create(name=f"Firm {at}", kind="organization", **more))["id"] for at in range(count)]


async def graph(client: httpx.AsyncClient, whose: str, **given: Any) -> dict[str, int]:
    """Return the levels by id, after a look at the whole."""
    answer = await client.get(f"/v1/customers/{whose}/graph", params=given)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    CustomerGraph.model_validate(found)
    assert not found["cut"]
    levels = {node["id"]: node["level"] for node in found["nodes"]}
    assert all({edge["from_id"], edge["to_id"]} <= levels.keys() for edge in found["edges"])
    return levels


async def hierarchy(client: httpx.AsyncClient, whose: str, **given: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/customers/{whose}/hierarchy", params=given)
    assert answer.status_code == 200, answer.text
    CustomerHierarchy.model_validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


async def test_a_graph_goes_as_deep_as_is_asked(client: httpx.AsyncClient, create: Create) -> None:
    a, b, c, d = [(await create())["id"] for _ in range(4)]
    for pair in ((a, b), (b, c), (c, d), (d, b)):
        await made(client, pair, "referral")
    await made(client, (a, d), "partner", valid_from="2020-01-01", valid_to="2020-12-31")
    assert await graph(client, a, depth=1) == {a: 0, b: 1}
    assert await graph(client, a) == {a: 0, b: 1, c: 2, d: 2}
    assert await graph(client, a, at="2020-06-30", types=["partner"]) == {a: 0, d: 1}
    assert await graph(client, a, at="2020-06-30", depth=1) == {a: 0, b: 1, d: 1}
    assert await graph(client, a, types=["partner", "household"], depth=6) == {a: 0}


@pytest.mark.parametrize("wrong", [{"depth": 7}, {"depth": 0}, {"types": "friend"}, {"at": "today"}])
async def test_what_is_asked_is_checked(
    client: httpx.AsyncClient, create: Create, wrong: dict[str, Any]
) -> None:
    answer = await client.get(f"/v1/customers/{(await create())['id']}/graph", params=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, next(iter(wrong)))


async def test_who_is_not_seen_is_not_walked_through(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    a, c = await firms(create, 2, owner="u-1")
    (hidden,) = await firms(create, 1, owner="u-2")
    await made(client, (c, hidden))
    await made(client, (hidden, a))
    async with customer.client(Principal("u-1", frozenset(("*",)), Visibility.OWN)) as caller:
        assert await graph(caller, a, depth=6) == {a: 0}
        assert (await hierarchy(caller, a))["ids"] == []
        assert (await caller.get(f"/v1/customers/{hidden}/graph")).status_code == 404
        closing = {"type": "hierarchy", "from_customer": a, "to_customer": c}
        refused = await caller.post("/v1/relations", json=closing)
        assert (refused.status_code, refused.json()["path"]) == (409, [c, a, c])
    assert (await hierarchy(client, a))["ids"] == [hidden, c]


async def test_a_hierarchy_rolls_up(client: httpx.AsyncClient, create: Create) -> None:
    top, left, right, leaf, old = await firms(create, 5)
    await made(client, (left, top), share="0.51")
    await made(client, (right, top))
    await made(client, (leaf, left), share="1")
    await made(client, (old, top), valid_to="2020-12-31")
    whole = await hierarchy(client, top)
    assert [
        (each["id"], each["level"], each["parent_id"], each["share"]) for each in whole["descendants"]
    ] == [
        (left, 1, top, "0.51"),
        (right, 1, top, None),
        (leaf, 2, left, "1"),
    ]
    assert whole["levels"] == [{"level": 1, "customers": 2}, {"level": 2, "customers": 1}]
    assert (whole["ids"], whole["ancestors"], whole["cut"]) == ([left, right, leaf], [], False)
    above = (await hierarchy(client, leaf))["ancestors"]
    assert [(each["id"], each["level"], each["child_id"]) for each in above] == [
        (left, 1, leaf),
        (top, 2, left),
    ]
    assert (await hierarchy(client, top, at="2020-06-30"))["ids"] == [left, right, old, leaf]


async def test_no_organization_stands_above_itself(client: httpx.AsyncClient, create: Create) -> None:
    a, b, c = await firms(create, 3)
    await made(client, (a, b))
    await made(client, (b, c), valid_to="2024-12-31")
    closing = {"type": "hierarchy", "from_customer": c, "to_customer": a}
    refused = await client.post("/v1/relations", json=closing)
    assert (refused.status_code, refused.json()["code"], refused.json()["path"]) == (
        409,
        "circular",
        [a, b, c, a],
    )
    later = await made(client, (c, a), valid_from="2025-01-01")
    earlier = await client.patch(
        f"/v1/relations/{later}", json={"valid_from": None}, headers={"If-Match": '"1"'}
    )
    assert (earlier.status_code, earlier.json()["code"]) == (409, "circular")


async def test_a_large_graph_is_cut(client: httpx.AsyncClient, customer: Running, create: Create) -> None:
    (hub,) = await firms(create, 1)
    rows = [{"name": f"Employee {at}"} for at in range(600)]
    results = (await client.post("/v1/customers/batch", json={"items": rows})).json()["results"]
    await customer.database.pool.execute(
        "insert into customer.relations"
        " (id, type, from_customer_id, to_customer_id, version, created_at, updated_at)"
        " select gen_random_uuid(), 'employment', x, $1, 1, now(), now() from unnest($2::uuid[]) x",
        hub,
        [each["id"] for each in results],
    )
    found = (await client.get(f"/v1/customers/{hub}/graph", params={"depth": 6})).json()
    assert (len(found["nodes"]), found["cut"]) == (500, True)
    page = (await client.get(f"/v1/customers/{hub}/relations", params={"limit": 1000})).json()
    assert (len(page["items"]), page["next"]) == (600, None)


async def test_a_merge_moves_no_relation_and_an_undo_finds_all(
    client: httpx.AsyncClient, customer: Running, create: Create
) -> None:
    a, b, twin, other = await firms(create, 4)
    own = await made(client, (a, b), "partner")
    between = await made(client, (a, twin), "x_watches")
    far = await made(client, (twin, other), "hierarchy")

    async def apply(*statements: str) -> None:
        for each in statements:
            await customer.database.pool.execute(each, UUID(a), UUID(twin))

    async def seen(whose: str) -> list[str]:
        items = (await client.get(f"/v1/customers/{whose}/relations")).json()["items"]
        return [item["relation"]["id"] for item in items]

    before = [await seen(each) for each in (a, b, twin, other)]
    await apply(*MERGE)
    assert await seen(a) == await seen(twin) == [own, far]
    assert (await client.get(f"/v1/relations/{between}")).status_code == 404  # of one with itself
    kept = (await client.get(f"/v1/relations/{far}")).json()
    assert (kept["from_customer_id"], kept["version"]) == (twin, 1)
    assert await graph(client, other, depth=2) == {other: 0, a: 1, b: 2}
    assert (await hierarchy(client, other))["ids"] == [a]
    double = {"type": "hierarchy", "from_customer": a, "to_customer": other}
    assert (await client.post("/v1/relations", json=double)).json()["relation_id"] == far
    circle = {"type": "hierarchy", "from_customer": other, "to_customer": twin}
    assert (await client.post("/v1/relations", json=circle)).json()["path"] == [a, other, a]
    await apply(*UNDO)
    assert (
        [await seen(each) for each in (a, b, twin, other)]
        == before
        == [[own, between], [own], [between, far], [far]]
    )
