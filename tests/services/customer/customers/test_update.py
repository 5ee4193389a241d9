"""Patching and deleting customers under conditions."""

from typing import Any

import httpx
import pytest

from tests.services.customer.conftest import Create


async def patch(
    client: httpx.AsyncClient,
    customer: dict[str, Any],
    body: object,
    version: int | None = None,
    **headers: str,
) -> httpx.Response:
    tag = f'"{version or customer["version"]}"'
    path = f"/v1/customers/{customer['id']}"
    return await client.patch(path, json=body, headers={"If-Match": tag, **headers})


async def test_a_patch_changes_what_it_names(client: httpx.AsyncClient, create: Create) -> None:
    before = await create(region="East", tags=["a"], attributes={"a": {"b": 1, "c": 2}, "d": 3})
    answer = await patch(client, before, {"region": None, "owner": "u-1", "attributes": {"a": {"b": None}}})
    after = answer.json()
    changed = {"region": None, "owner": "u-1", "attributes": {"a": {"c": 2}, "d": 3}}
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert after == {**before, **changed, "version": 2, "updated_at": after["updated_at"]}
    assert (await client.get(f"/v1/customers/{before['id']}")).json() == after


async def test_the_merge_patch_media_type_is_read(client: httpx.AsyncClient, create: Create) -> None:
    created = await create()
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    path = f"/v1/customers/{created['id']}"
    assert (await client.patch(path, content=b'{"region":"West"}', headers=headers)).status_code == 200
    headers["Content-Type"] = "application/octet-stream"
    assert (await client.patch(path, content=b"{}", headers=headers)).status_code == 415


async def test_a_patch_that_changes_nothing_leaves_the_version(
    client: httpx.AsyncClient, create: Create
) -> None:
    before = await create(
        contact_points=[{"type": "phone", "value": "13800138000"}], tags=["a"], attributes={"n": 1}
    )
    for same in (
        {},
        {"tags": ["a", "a"]},
        {"contact_points": [{"type": "phone", "value": "13800138000"}]},
        before,
    ):
        answer = await patch(client, before, same)
        assert (answer.status_code, answer.json()) == (200, before)
    assert (await patch(client, before, {"attributes": {"n": True}})).json()["version"] == 2


async def test_a_list_is_replaced_whole_and_members_keep_their_ids(
    client: httpx.AsyncClient, create: Create
) -> None:
    phone, mail = {"type": "phone", "value": "13800138000"}, {"type": "email", "value": "a@b.cn"}
    before = await create(contact_points=[phone, mail])
    renewed = [{**mail, "preferred": True}, {"type": "wechat", "value": "wei"}]
    after = (await patch(client, before, {"contact_points": renewed})).json()["contact_points"]
    assert [point["value"] for point in after] == ["a@b.cn", "wei"]
    assert after[0]["id"] == before["contact_points"][1]["id"]
    assert after[1]["id"] not in {point["id"] for point in before["contact_points"]}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "/id"),
        ({"version": 7}, "/version"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "/created_at"),
        ({"name": None}, "/name"),
        ({"kind": None}, "/kind"),
        (
            {"contact_points": [{"type": "phone", "value": "1", "normalized": "+1"}]},
            "/contact_points/0/normalized",
        ),
        ({"addresses": [{"id": "01890a5d-ac96-774b-bcce-b302099a8057"}]}, "/addresses/0/id"),
    ],
)
async def test_what_the_system_sets_is_not_to_be_written(
    client: httpx.AsyncClient, create: Create, body: dict[str, Any], pointer: str
) -> None:
    created = await create()
    answer = await patch(client, created, body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await client.get(f"/v1/customers/{created['id']}")).json() == created


async def test_a_patch_needs_the_version_that_it_was_made_for(
    client: httpx.AsyncClient, create: Create
) -> None:
    created = await create(region="East")
    path = f"/v1/customers/{created['id']}"
    for method in (client.patch(path, json={}), client.delete(path)):
        assert (await method).status_code == 428
    await patch(client, created, {"owner": "u-1", "attributes": {"colour": "red"}})
    stale = await patch(client, created, {"region": "West"})
    problem = stale.json()
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')
    assert (problem["current_version"], problem["changed"]) == (2, ["attributes.colour", "owner"])
    assert (await patch(client, created, {}, version=9)).status_code == 412
    assert (await client.delete(path, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_disjoint_patch_may_be_stale(client: httpx.AsyncClient, create: Create) -> None:
    created = await create(region="East", attributes={"a": 1, "b": 1})
    await patch(client, created, {"owner": "u-1", "attributes": {"a": 2}})
    disjoint = {"Prefer": "respond-async, merge=disjoint"}
    for overlapping in ({"owner": "u-2"}, {"owner": "u-1"}, {"attributes": {"a": 2}}, {"attributes": None}):
        assert (await patch(client, created, overlapping, **disjoint)).status_code == 412
    merged = await patch(client, created, {"region": "West", "attributes": {"b": 2}}, **disjoint)
    assert (merged.status_code, merged.json()["version"]) == (200, 3)
    assert merged.json()["attributes"] == {"a": 2, "b": 2}
    assert (await patch(client, created, {"name": "x"}, version=9, **disjoint)).status_code == 412


async def test_a_deleted_customer_is_gone_and_its_identity_free(
    client: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    created = await create(identities=[name])
    path = f"/v1/customers/{created['id']}"
    deleted = await client.delete(path, headers={"If-Match": '"1"'})
    assert (deleted.status_code, deleted.content) == (204, b"")
    for again in (
        client.delete(path, headers={"If-Match": '"2"'}),
        client.get(path),
        client.get(f"{path}/history"),
    ):
        assert (await again).status_code == 404
    assert (await patch(client, created, {"region": "x"})).status_code == 404
    anew = await create(identities=[name])
    assert anew["id"] != created["id"]
    assert (await client.get(f"/v1/customers/erp:{name['id']}")).json() == anew


async def test_identities_are_replaced_by_a_patch(client: httpx.AsyncClient, create: Create) -> None:
    one, two = await create(), await create()
    old, new = {"system": "pos", "id": one["id"]}, {"system": "pos", "id": two["id"]}
    one = (await patch(client, one, {"identities": [old]})).json()
    taken = await patch(client, two, {"identities": [old]})
    assert (taken.status_code, taken.json()["customer_id"]) == (409, one["id"])
    one = (await patch(client, one, {"identities": [new]})).json()
    assert one["identities"] == [{**new, "kind": ""}]
    assert (await patch(client, two, {"identities": [old]})).status_code == 200


async def test_attributes_are_bounded_in_all(client: httpx.AsyncClient, create: Create) -> None:
    current = await create(attributes={"a": "x" * 40_000})
    answer = await patch(client, current, {"attributes": {"b": "x" * 40_000}})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_long")


async def test_an_empty_acquisition_is_none_and_no_change(client: httpx.AsyncClient, create: Create) -> None:
    made = await create(acquisition={})
    assert made["acquisition"] is None
    again = await client.patch(
        f"/v1/customers/{made['id']}", json={"acquisition": {}}, headers={"If-Match": '"1"'}
    )
    assert (again.status_code, again.json()["version"]) == (200, 1)
