"""Identities: resolved by the thousand, added and removed one by one."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create


async def resolve(client: httpx.AsyncClient, *items: object) -> list[dict[str, Any]]:
    answer = await client.post("/v1/identities/resolve", json={"items": items})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_names_are_resolved_in_the_order_asked(client: httpx.AsyncClient, create: Create) -> None:
    names = [{"system": "erp", "kind": kind, "id": uuid4().hex} for kind in ("", "site", "")]
    held = [(await create(identities=[name]))["id"] for name in names[:2]]
    asked = [names[2], names[1], names[0], names[1]]
    expected = [None, held[1], held[0], held[1]]
    results = await resolve(client, *asked)
    assert results == [{**name, "customer_id": id_} for name, id_ in zip(asked, expected, strict=True)]
    assert (await resolve(client, {**names[0], "kind": "site"}))[0]["customer_id"] is None


async def test_a_thousand_names_are_resolved_at_once(client: httpx.AsyncClient) -> None:
    assert len(await resolve(client, *({"system": "x", "id": str(n)} for n in range(1000)))) == 1000
    answer = await client.post("/v1/identities/resolve", json={"items": [{"system": "x", "id": "1"}] * 1001})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "item", [{"system": "a:b", "id": "1"}, {"system": "", "id": "1"}, {"system": "erp"}, {}]
)
async def test_a_name_has_a_system_and_an_id(client: httpx.AsyncClient, item: dict[str, str]) -> None:
    assert (await client.post("/v1/identities/resolve", json={"items": [item]})).status_code == 422


async def test_a_name_is_added_once(client: httpx.AsyncClient, create: Create, name: dict[str, str]) -> None:
    created = await create()
    path = f"/v1/customers/{created['id']}/identities"
    added = await client.post(path, json=name)
    assert (added.status_code, added.headers["etag"], added.json()) == (201, '"2"', {**name, "kind": ""})
    again = await client.post(path, json=name)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    other = await create()
    taken = await client.post(f"/v1/customers/{other['id']}/identities", json=name)
    assert (taken.status_code, taken.json()["customer_id"]) == (409, created["id"])


async def test_a_removed_name_leads_nowhere(
    client: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    sited = {**name, "kind": "site", "id": f"{name['id']}/1"}
    created = await create(identities=[name, sited])
    path = f"/v1/customers/{created['id']}/identities"
    encoded = f"{path}/erp:{name['id']}%2F1"
    match = {"If-Match": '"1"'}
    assert (await client.delete(encoded, headers=match)).status_code == 404  # of another kind
    assert (await client.delete(f"{encoded}?kind=site")).status_code == 428
    assert (await client.delete(f"{encoded}?kind=site", headers={"If-Match": '"9"'})).status_code == 412
    assert (await client.delete(f"{encoded}?kind=site", headers=match)).status_code == 204
    assert (await client.delete(f"{path}/nonsense", headers={"If-Match": '"2"'})).status_code == 404
    resolved = await resolve(client, name, sited)
    assert [each["customer_id"] for each in resolved] == [created["id"], None]
    read = (await client.get(f"/v1/customers/{created['id']}")).json()
    assert (read["version"], read["identities"]) == (2, [{**name, "kind": ""}])
