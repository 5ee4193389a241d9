"""Contact points and addresses, one at a time."""

from typing import Any

import httpx

from tests.services.customer.conftest import Create

PHONE = {"type": "phone", "value": "138 0013 8000", "label": "work", "preferred": True}
PLACE = {"type": "billing", "lines": ["1 Nanjing Road"], "city": "Shanghai", "country": "CN"}


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def read(client: httpx.AsyncClient, customer: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await client.get(f"/v1/customers/{customer['id']}")).json()
    return body


async def test_a_contact_point_lives_and_goes(client: httpx.AsyncClient, create: Create) -> None:
    created = await create(contact_points=[{"type": "email", "value": "a@b.cn"}])
    path = f"/v1/customers/{created['id']}/contact-points"
    added = await client.post(path, json=PHONE)
    point = added.json()
    assert (added.status_code, added.headers["etag"], point["normalized"]) == (201, '"2"', "+8613800138000")
    assert (await read(client, created))["contact_points"] == [*created["contact_points"], point]
    mine = f"{path}/{point['id']}"
    edited = await client.patch(mine, json={"value": "139 0013 9000", "label": None}, headers=at(2))
    changed = {"value": "139 0013 9000", "label": None, "normalized": "+8613900139000"}
    assert (edited.status_code, edited.headers["etag"], edited.json()) == (200, '"3"', {**point, **changed})
    assert [item["id"] for item in (await found(client, "+86 139-0013-9000"))] == [created["id"]]
    assert (await client.delete(mine, headers=at(3))).status_code == 204
    assert (await client.delete(mine, headers=at(4))).status_code == 404
    assert (await read(client, created))["contact_points"] == created["contact_points"]


async def found(client: httpx.AsyncClient, phone: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/v1/customers", params={"phone": phone})).json()["items"]
    return items


async def test_an_address_lives_and_goes(client: httpx.AsyncClient, create: Create) -> None:
    created = await create()
    path = f"/v1/customers/{created['id']}/addresses"
    blank = (await client.post(path, json={})).json()
    assert (blank["type"], blank["lines"]) == ("postal", [])
    await client.delete(f"{path}/{blank['id']}", headers=at(2))
    address = (await client.post(path, json=PLACE)).json()
    assert {**PLACE, "region": None, "postal_code": None, "district": None}.items() <= address.items()
    mine = f"{path}/{address['id']}"
    edited = await client.patch(mine, json={"city": "Suzhou", "lines": None}, headers=at(4))
    ours = {"formatted": ["Suzhou"], "formatted_latin": ["Suzhou"], "problems": edited.json()["problems"]}
    assert edited.json() == {**address, "city": "Suzhou", "lines": [], **ours}
    same = await client.patch(mine, json={"city": "Suzhou"}, headers=at(5))
    assert (same.status_code, same.headers["etag"]) == (200, '"5"')
    assert (await client.delete(mine, headers=at(5))).status_code == 204
    assert (await read(client, created))["addresses"] == []


async def test_an_edit_needs_the_version(client: httpx.AsyncClient, create: Create) -> None:
    created = await create(contact_points=[PHONE], addresses=[PLACE])
    base = f"/v1/customers/{created['id']}"
    for path in (
        f"{base}/contact-points/{created['contact_points'][0]['id']}",
        f"{base}/addresses/{created['addresses'][0]['id']}",
    ):
        assert (await client.patch(path, json={})).status_code == 428
        assert (await client.delete(path)).status_code == 428
        assert (await client.patch(path, json={}, headers=at(7))).status_code == 412
        assert (await client.delete(path, headers=at(7))).status_code == 412
    assert await read(client, created) == created


async def test_an_unknown_member_is_not_found(client: httpx.AsyncClient, create: Create) -> None:
    created = await create(contact_points=[PHONE])
    foreign = created["contact_points"][0]["id"]
    other = await create()
    for path in ("contact-points", "addresses"):
        answer = await client.patch(f"/v1/customers/{other['id']}/{path}/{foreign}", json={}, headers=at(1))
        assert answer.status_code == 404
    answer = await client.patch(f"/v1/customers/{other['id']}/addresses/x", json={}, headers=at(1))
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "address_id")


async def test_a_list_has_an_end(client: httpx.AsyncClient, create: Create) -> None:
    created = await create(contact_points=[{"type": "phone", "value": str(n)} for n in range(50)])
    answer = await client.post(f"/v1/customers/{created['id']}/contact-points", json=PHONE)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/contact_points")
