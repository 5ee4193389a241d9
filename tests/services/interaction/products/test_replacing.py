"""Products that replace others: chains that end, and the tree of the catalogue."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.interaction.products.replacing import Edges, judge
from services.interaction.products.schemas import ProductReplacements, ProductTree
from services.interaction.records.drafts import Draft
from tests.services.interaction.conftest import name
from tests.services.interaction.test_orders import key, post

IDS = [UUID(int=number) for number in range(6)]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=20))
def test_what_is_accepted_has_no_circle(wanted: list[tuple[UUID, UUID]]) -> None:
    drafts = [(Draft(0, {}, {}), *pair) for pair in wanted]
    edges: Edges = {}
    judge(edges, drafts)
    kept = {(product, by) for draft, product, by in drafts if draft.problem is None}
    assert kept == {(product, by) for product, some in edges.items() for by in some}
    while ends := {by for _, by in kept} - {product for product, _ in kept}:
        kept = {(product, by) for product, by in kept if by not in ends}
    assert not kept


def product(sku: str, **more: Any) -> dict[str, Any]:
    return {"source": key(sku), "name": f"Tea {sku}", **more}


async def chain(client: httpx.AsyncClient, sku: str) -> dict[str, Any]:
    found = (await client.get(f"/v1/products/erp:{sku}/replacements")).json()
    ProductReplacements.model_validate(found)
    return dict(found)


async def test_a_chain_is_followed_both_ways(client: httpx.AsyncClient) -> None:
    first, second, third, other = skus = [name("SKU") for _ in range(4)]
    rows = [
        product(first, release="1", replaced_by=key(second), active=False),  # named before it comes
        product(second, release="2", replaced_by=key(third), active=False),
        product(third, release="3"),
        product(other, replaced_by=key(second)),
    ]
    made = (await post(client, "/v1/products/batch", {"items": rows}, 200))["results"]
    ids = {sku: each["id"] for sku, each in zip(skus, made, strict=True)}
    found = await chain(client, first)
    assert [(each["id"], each["step"]) for each in found["replaced_by"]] == [
        (ids[second], 1),
        (ids[third], 2),
    ]
    assert (found["current_product_id"], found["replaces"]) == (ids[third], [])
    found = await chain(client, third)
    assert (found["current_product_id"], found["replaced_by"]) == (ids[third], [])
    assert [each["step"] for each in found["replaces"]] == [1, 2, 2]
    listed = (await client.get("/v1/products", params={"replaced_by_id": ids[second]})).json()["items"]
    assert {each["id"] for each in listed} == {ids[first], ids[other]}


async def test_no_circle_is_closed(client: httpx.AsyncClient) -> None:
    first, second, third = (name("SKU") for _ in range(3))
    made = await post(client, "/v1/products", product(first, replaced_by=key(second)))
    refused = await post(
        client, "/v1/products/batch", {"items": [product(second, replaced_by=key(first))]}, 200
    )
    assert refused["results"][0]["problem"]["code"] == "replacement_circle"
    self_made = await post(client, "/v1/products", product(third, replaced_by=key(third)), 422)
    assert self_made["errors"][0]["pointer"] == "/replaced_by"
    path, headers = f"/v1/products/{made['id']}", {"If-Match": '"1"'}
    answer = await client.patch(path, json={"replaced_by": made["id"]}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "replacement_circle")
    answer = await client.patch(path, json={"replaced_by": str(UUID(int=7))}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_product")
    answer = await client.patch(path, json={"replaced_by": None}, headers=headers)
    assert (answer.status_code, answer.json()["replaced_by_id"]) == (200, None)
    await post(client, "/v1/products", product(second, replaced_by=key(first)))


async def test_two_writers_close_no_circle_together(client: httpx.AsyncClient) -> None:
    for _ in range(4):
        one, other = name("SKU"), name("SKU")
        await post(client, "/v1/products/batch", {"items": [product(one), product(other)]}, 200)
        pairs = ((one, other), (other, one))
        answers = await asyncio.gather(
            *(
                client.post("/v1/products/batch", json={"items": [{"source": key(a), "replaced_by": key(b)}]})
                for a, b in pairs
            )
        )
        outcomes = sorted(each.json()["results"][0]["outcome"] for each in answers)
        assert outcomes == ["rejected", "updated"]


@pytest.mark.parametrize("limit", [1, 50])
async def test_the_catalogue_is_a_tree(client: httpx.AsyncClient, limit: int) -> None:
    tea, cup = f"A-{name()}", f"B-{name()}"
    rows = [
        *(product(name("SKU"), category=tea, family="Green", active=active) for active in (True, False)),
        product(name("SKU"), category=tea),
        product(name("SKU"), category=cup, family="Glass"),
    ]
    await post(client, "/v1/products/batch", {"items": rows}, 200)
    found, cursor = dict[str, Any](), None
    while cursor is not None or not found:
        params = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/products/tree", params=params)).json()
        ProductTree.model_validate(page)
        found |= {each["category"]: each for each in page["items"]}
        cursor = page["next"]
    assert (found[tea]["products"], found[tea]["active"]) == (3, 2)
    green, none = found[tea]["families"]
    assert (green["family"], green["products"], green["active"]) == ("Green", 2, 1)
    assert (none["family"], found[cup]["families"][0]["family"]) == (None, "Glass")
