"""Creating and reading customers."""

from typing import Any

import httpx
import pytest

from services.customer.customers.schemas import CustomerRead
from tests.services.customer.conftest import Create

WHOLE: dict[str, Any] = {
    "kind": "organization",
    "name": "张伟茶行",
    "given_name": None,
    "family_name": None,
    "contact_points": [
        {"type": "phone", "value": "138 0013 8000", "label": "work", "preferred": True},
        {"type": "email", "value": "Tea@Example.cn"},
        {"type": "phone", "value": "ask for Wei"},
    ],
    "addresses": [
        {
            "type": "billing",
            "lines": ["1 Nanjing Road"],
            "city": "上海",
            "region": "East",
            "postal_code": "200001",
            "country": "CN",
        }
    ],
    "owner": "u-12",
    "department": "east-sales",
    "region": "East",
    "customer_class": "retail",
    "acquisition": {
        "on": "2026-01-31",
        "source": "referral",
        "campaign": None,
        "cost": {"amount": "120.00", "currency": "CNY"},
    },
    "tags": ["beta", "vip"],
    "attributes": {"any": {"custom": [1, 1.5, True, None, "x"]}},
}


async def test_a_created_customer_is_what_was_sent(client: httpx.AsyncClient, name: dict[str, str]) -> None:
    answer = await client.post("/v1/customers", json={**WHOLE, "identities": [name]})
    body = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"] == f"/v1/customers/{body['id']}"
    CustomerRead.model_validate(body, strict=False)
    simple = WHOLE.keys() - {"contact_points", "addresses"}
    assert {field: body[field] for field in simple} == {field: WHOLE[field] for field in simple}
    assert body["identities"] == [{**name, "kind": ""}]
    assert [point["normalized"] for point in body["contact_points"]] == [
        "+8613800138000",
        "tea@example.cn",
        None,
    ]
    assert WHOLE["addresses"][0].items() <= body["addresses"][0].items()


async def test_it_is_read_by_its_id_and_by_its_name(
    client: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    created = await create(**WHOLE, identities=[{**name, "id": f"{name['id']}/1:ü"}])
    for reference in (created["id"], f"{name['system']}:{name['id']}%2F1:%C3%BC"):
        answer = await client.get(f"/v1/customers/{reference}")
        assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', created)
    assert (await client.head(f"/v1/customers/{created['id']}")).status_code == 200


async def test_a_reader_who_has_the_version_gets_no_body(client: httpx.AsyncClient, create: Create) -> None:
    path = f"/v1/customers/{(await create())['id']}"
    known = await client.get(path, headers={"If-None-Match": '"1"'})
    assert (known.status_code, known.content) == (304, b"")
    assert (await client.get(path, headers={"If-None-Match": '"2"'})).status_code == 200


@pytest.mark.parametrize(
    "reference", ["01890a5d-ac96-774b-bcce-b302099a8057", "erp:nobody", "nonsense", "erp:", "%20"]
)
async def test_who_is_not_there_is_not_found(client: httpx.AsyncClient, reference: str) -> None:
    answer = await client.get(f"/v1/customers/{reference}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_taken_identity_names_its_holder(
    client: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    holder = await create(identities=[name])
    answer = await client.post("/v1/customers", json={"name": "Another", "identities": [name]})
    body = answer.json()
    assert (answer.status_code, body["code"], body["customer_id"]) == (409, "identity_taken", holder["id"])
    kind = await client.post(
        "/v1/customers", json={"name": "Other", "identities": [{**name, "kind": "site"}]}
    )
    assert kind.status_code == 201  # another series of names


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "a\0b"}, "/name"),
        ({"name": "x", "kind": "dog"}, "/kind"),
        ({"name": "x", "regin": "East"}, "/regin"),
        ({"name": "x", "version": 1}, "/version"),
        ({"name": "x", "contact_points": [{"type": "phone"}]}, "/contact_points/0/value"),
        ({"name": "x", "contact_points": [{"type": "phone", "value": "1"}] * 51}, "/contact_points"),
        ({"name": "x", "addresses": [{"country": "China"}]}, "/addresses/0/country"),
        ({"name": "x", "acquisition": {"on": "2026-13-01"}}, "/acquisition/on"),
        (
            {"name": "x", "acquisition": {"cost": {"amount": 12.3, "currency": "CNY"}}},
            "/acquisition/cost/amount",
        ),
        (
            {"name": "x", "attributes": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}},
            "/attributes",
        ),
        ({"name": "x", "attributes": {"long": "x" * 70_000}}, "/attributes"),
        ({"name": "x", "tags": ["t"] * 101}, "/tags"),
        ({"name": "x", "identities": [{"system": "erp"}]}, "/identities/0/id"),
    ],
)
async def test_what_is_wrong_is_pointed_at(
    client: httpx.AsyncClient, fields: dict[str, Any], pointer: str
) -> None:
    answer = await client.post("/v1/customers", json=fields)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_unknown_field_names_the_nearest(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/customers", json={"name": "x", "owner": "u-1", "regin": "East"})
    assert "region" in answer.json()["errors"][0]["detail"]


async def test_sets_have_no_doubles_and_blank_parts_are_null(create: Create) -> None:
    created = await create(tags=["b", "a", "b"], acquisition={"campaign": None}, attributes={"gone": None})
    assert (created["tags"], created["acquisition"], created["attributes"]) == (["b", "a"], None, {})
