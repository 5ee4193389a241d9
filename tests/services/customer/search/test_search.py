"""Search: every field finds what it says, within what the principal sees and may read, page by page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.customer.search.queries import page
from tests.services.customer.conftest import Create
from tests.support.running import ANYBODY, Running

SEARCH = "/v1/customers/search"
Tree = dict[str, Any]
THERE = "2020-01-01T00:00:00Z"


def is_(field: str, value: object, op: str = "eq") -> Tree:
    return {"field": field, "op": op, "value": value}


def by(type_: str, value: str) -> dict[str, Any]:
    return {"contact_points": [{"type": type_, "value": value}]}


def for_(amount: str, currency: str) -> dict[str, Any]:
    return {"acquisition": {"cost": {"amount": amount, "currency": currency}}}


@pytest.fixture
async def masked(customer: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that may not read personal data."""
    async with customer.client(replace(ANYBODY, id="u-masked", personal=False)) as client:
        yield client


async def found(client: httpx.AsyncClient, tree: Tree | None, **more: Any) -> list[str]:
    answer = await client.post(SEARCH, json={"filter": tree, "limit": 1000, **more})
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("fields", "tree"),
    [
        ({"owner": "u-9"}, is_("owner", "u-9")),
        ({"department": "d-9"}, is_("department", ["d-8", "d-9"], "in")),
        ({"region": "华东 9"}, is_("region", "华东", "starts_with")),
        ({"customer_class": "c-9"}, is_("customer_class", ["c-9", "c-99"], "between")),
        ({"name": "Nine Lives"}, is_("name", "e Live", "contains")),
        ({"kind": "organization"}, is_("kind", "person", "ne")),
        ({"tags": ["a", "t-9"]}, is_("tags", "t-9", "contains")),
        ({"tags": ["t-10"]}, is_("tags", ["x", "t-10"], "in")),
        (by("mobile", "139 9999 0009"), is_("phone", "+86 139 9999 0009", "contains")),
        (by("email", "Nine@B.cn"), is_("email", ["x", "nine@b.CN"], "in")),
        (by("email", "ten@b.cn"), is_("email", True, "exists")),
        ({"identities": [{"system": "sys-9", "id": "1"}]}, is_("identities.system", "sys-9", "contains")),
        ({"identities": [{"system": "sys-10", "id": "1"}]}, is_("identities.system", ["a", "sys-10"], "in")),
        ({"identities": [{"system": "sys-11", "id": "1"}]}, is_("identities.system", True, "exists")),
        ({"acquisition": {"on": "2021-02-03"}}, is_("acquisition.on", ["2021-02-03"] * 2, "between")),
        ({"acquisition": {"source": "s-9"}}, is_("acquisition.source", "s-9")),
        ({"acquisition": {"campaign": "k-9"}}, is_("acquisition.campaign", "k-9")),
        (for_("99.50", "CNY"), is_("acquisition.cost", "99.5", "gte")),
        (for_("1", "XAG"), is_("acquisition.cost.currency", "XAG")),
        ({"attributes": {"colour": "c-9"}}, is_("attributes.colour", "c-9")),
        ({"attributes": {"shoe": {"size": 44.5}}}, is_("attributes.shoe.size", 44, "gt")),
        ({"attributes": {"likes": ["tea 9"]}}, is_("attributes.likes", "tea 9", "contains")),
    ],
    ids=lambda value: value["field"] if "op" in value else "",
)  # fmt: skip
async def test_a_field_finds_what_it_says(
    client: httpx.AsyncClient, create: Create, fields: dict[str, Any], tree: Tree
) -> None:
    mark = uuid4().hex
    wanted, other = await create(**{"owner": mark, **fields}), await create(owner=mark)
    among = {"field": "id", "op": "in", "value": [wanted["id"], other["id"]]}
    assert await found(client, {"and": [tree, among]}) == [wanted["id"]]
    assert await found(client, {"and": [{"not": tree}, among]}) == [other["id"]]


async def test_versions_and_times_find_too(client: httpx.AsyncClient, create: Create) -> None:
    owner = uuid4().hex
    first, second = [await create(owner=owner) for _ in range(2)]
    path = f"/v1/customers/{first['id']}"
    changed = (await client.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})).json()
    mine = is_("owner", owner)
    assert await found(client, {"and": [mine, is_("version", 2, "gte")]}) == [first["id"]]
    assert await found(client, {"and": [mine, is_("updated_at", changed["updated_at"])]}) == [first["id"]]
    later = {"and": [mine, is_("created_at", first["created_at"], "gt")]}
    assert await found(client, later) == [second["id"]]
    assert await found(client, {"and": [mine, is_("version", 2**62, "gte")]}) == []


async def test_pages_follow_the_sort_and_are_bound_to_the_filter(
    client: httpx.AsyncClient, create: Create
) -> None:
    owner = uuid4().hex
    made = [(await create(owner=owner))["id"] for _ in range(5)]
    mine = is_("owner", owner)
    assert await found(client, mine) == made[::-1], "the newest first"
    asked: dict[str, Any] = {"filter": mine, "sort": [{"field": "created_at"}], "limit": 2}
    seen: list[str] = []
    while True:
        answer = (await client.post(SEARCH, json=asked)).raise_for_status().json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        asked["cursor"] = answer["next"]
    assert seen == made
    for change in (
        {"filter": is_("owner", "else")},
        {"filter": {"and": [mine]}},
        {"filter": None},
        {"sort": [{"field": "created_at", "direction": "desc"}]},
        {"cursor": "x"},
    ):
        refused = await client.post(SEARCH, json={**asked, **change})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/cursor")
    assert (await client.post(SEARCH, json={**asked, "limit": 3})).status_code == 200
    await client.patch(f"/v1/customers/{made[0]}", json={"name": "x"}, headers={"If-Match": '"1"'})
    last_changed = [{"field": "updated_at", "direction": "desc"}]
    assert await found(client, mine, sort=last_changed) == [made[0], *made[:0:-1]]


async def test_nobody_finds_what_they_do_not_see(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, desk: httpx.AsyncClient, create: Create
) -> None:
    region = uuid4().hex
    hers = (await create(region=region, owner="u-seller"))["id"]
    east = (await create(region=region, department="east"))["id"]
    gone = await create(region=region, owner="u-seller", department="east")
    await client.delete(f"/v1/customers/{gone['id']}", headers={"If-Match": '"1"'})
    here = is_("region", region)
    for tree in (here, {"not": {"not": here}}, {"or": [here, is_("owner", "u-seller", "ne")]}):
        both = {"and": [here, tree]}
        assert await found(client, both) == [east, hers]
        assert await found(seller, both) == [hers]
        assert await found(desk, both) == [east]


@pytest.mark.parametrize("name", ["phone", "email", "attributes.colour", "attributes.a.b"])
async def test_personal_data_is_not_to_be_guessed_at(
    masked: httpx.AsyncClient, client: httpx.AsyncClient, name: str
) -> None:
    tree = {"and": [is_("owner", "x"), {"not": {"field": name, "op": "exists"}}]}
    assert (await client.post(SEARCH, json={"filter": tree})).status_code == 200
    refused = await masked.post(SEARCH, json={"filter": tree})
    assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/filter/and/1/not/field"]


async def test_what_a_masked_search_finds_is_masked(masked: httpx.AsyncClient, create: Create) -> None:
    made = await create(attributes={"colour": "red"})
    answer = await masked.post(SEARCH, json={"filter": is_("id", made["id"])})
    (item,) = answer.json()["items"]
    assert item["attributes"] is None
    assert "attributes" in item["masked"]


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"filter": is_("regoin", "East")}, "/filter/field", "region"),
        ({"filter": is_("region", "East", "equals")}, "/filter/op", "eq"),
        ({"filter": is_("kind", "dog")}, "/filter/value", "person"),
        ({"filter": {"or": [is_("acquisition.on", "3 Feb")]}}, "/filter/or/0/value", "date"),
        ({"filter": 7}, "/filter", "object"),
        ({"sort": [{"field": "name"}]}, "/sort/0/field", "created_at"),
        ({"sort": [{"field": "created_at"}] * 2}, "/sort", ""),
        ({"limit": 0}, "/limit", ""),
        ({"filtre": {}, "limit": 5}, "/filtre", "filter"),
    ],
)
async def test_what_is_wrong_is_named(
    client: httpx.AsyncClient, body: dict[str, Any], pointer: str, says: str
) -> None:
    refused = await client.post(SEARCH, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert says in refused.json()["errors"][0]["detail"]


async def test_a_shape_is_compiled_once(client: httpx.AsyncClient) -> None:
    before = page.cache_info()
    for owner in ("a", "b", "c"):
        await found(client, {"and": [is_("owner", owner), is_("created_at", THERE, "gt")]})
    after = page.cache_info()
    assert after.misses - before.misses <= 1
    assert after.hits - before.hits >= 2
    assert after.maxsize is not None


def names(nodes: list[Tree]) -> set[str]:
    return {node.get("$ref", "").rpartition("/")[2] for node in nodes}


async def test_the_document_describes_fields_and_nodes(customer: Running) -> None:
    async with customer.client() as client:
        document = (await client.get("/openapi.json")).json()
    operation = document["paths"][SEARCH]["post"]
    assert "`attributes.<path>`" in operation["description"]
    assert "403" in operation["responses"]
    schemas = document["components"]["schemas"]
    branch = schemas["CustomerSearch"]["properties"]["filter"]["anyOf"]
    every = {
        f"Filter{kind}" for kind in ("Comparison", "Membership", "Range", "Existence", "And", "Or", "Not")
    }
    assert names(branch) >= every
    assert names(schemas["FilterAnd"]["properties"]["and"]["items"]["anyOf"]) == every
    assert schemas["FilterAnd"]["required"] == ["and"]
