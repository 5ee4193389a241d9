"""Personal data: null, named, and out of reach for who may not read it, unharmed by what he writes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.auth import Principal
from tests.services.customer.conftest import Create
from tests.support.running import Running

SECRETS = ("13800138000", "Canary Street", "ID-4711")
MASKED = ["contact_points", "addresses", "attributes"]


@pytest.fixture
async def clerk(customer: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Yield somebody who may do everything but read personal data."""
    async with customer.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as client:
        yield client


@pytest.fixture
async def known(create: Create) -> dict[str, Any]:
    """Make a customer of whom much is known."""
    return await create(
        contact_points=[{"type": "phone", "value": SECRETS[0]}],
        addresses=[{"lines": [SECRETS[1]], "city": "上海"}],
        attributes={"passport": SECRETS[2], "colour": "red"},
        region="East",
    )


def clean(answer: httpx.Response) -> bool:
    return not any(secret in answer.text for secret in SECRETS)


async def test_personal_data_is_null_and_named_wherever_it_is_read(
    clerk: httpx.AsyncClient, client: httpx.AsyncClient, known: dict[str, Any]
) -> None:
    path = f"/v1/customers/{known['id']}"
    one = (await clerk.get(path)).json()
    assert [one[field] for field in MASKED] == [None, None, None]
    assert one["masked"] == MASKED
    assert {**known, **dict.fromkeys(MASKED), "masked": MASKED} == one
    listed = (await clerk.get("/v1/customers?region=East&limit=1")).json()["items"]
    assert listed == [{**one, "match": None}]
    told = (await clerk.get("/v1/changes/snapshot", params={"kind": "customer", "ids": known["id"]})).json()
    assert told["items"][0]["data"] == one
    assert (await client.get(path)).json() == known
    assert known["masked"] == []


async def test_history_shows_that_but_not_what(
    clerk: httpx.AsyncClient, client: httpx.AsyncClient, known: dict[str, Any]
) -> None:
    path, match = f"/v1/customers/{known['id']}", {"If-Match": '"1"'}
    await client.patch(path, json={"attributes": {"passport": "ID-4711-2"}, "region": "West"}, headers=match)
    answer = await clerk.get(f"{path}/history")
    newest = answer.json()["items"][0]
    assert newest["masked"] == ["attributes.passport"]
    assert newest["changes"] == {
        "attributes.passport": {"from": None, "to": None},
        "region": {"from": "East", "to": "West"},
    }
    assert clean(answer)
    clear = (await client.get(f"{path}/history")).json()["items"][0]
    assert clear["masked"] == []
    assert clear["changes"]["attributes.passport"] == {"from": "ID-4711", "to": "ID-4711-2"}


async def test_masked_fields_cannot_be_asked_for(clerk: httpx.AsyncClient, known: dict[str, Any]) -> None:
    for parameter, value in (("phone", SECRETS[0]), ("email", "a@b.cn")):
        answer = await clerk.get("/v1/customers", params={parameter: value})
        assert (answer.status_code, answer.json()["code"]) == (403, "masked_field")
        assert answer.json()["errors"][0]["parameter"] == parameter
    assert known["id"]


async def test_what_a_masked_writer_changes_leaves_the_rest_alone(
    clerk: httpx.AsyncClient, client: httpx.AsyncClient, known: dict[str, Any]
) -> None:
    path = f"/v1/customers/{known['id']}"
    changed = await clerk.patch(path, json={"region": "West", "masked": MASKED}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["region"], changed.json()["masked"]) == (200, "West", MASKED)
    assert clean(changed)
    same = await clerk.patch(path, json={"region": "West"}, headers={"If-Match": '"2"'})
    assert (same.status_code, clean(same)) == (200, True)
    row = {"id": known["id"], "region": "North"}
    batch = await clerk.post("/v1/customers/batch", json={"items": [row]})
    assert batch.json()["counts"]["updated"] == 1
    now = (await client.get(path)).json()
    assert [now[field] for field in MASKED] == [known[field] for field in MASKED]


async def test_masked_fields_cannot_be_written(clerk: httpx.AsyncClient, known: dict[str, Any]) -> None:
    path, match = f"/v1/customers/{known['id']}", {"If-Match": '"1"'}
    point = known["contact_points"][0]["id"]
    answers = {
        "/attributes": await clerk.patch(path, json={"attributes": None}, headers=match),
        "/addresses": await clerk.post("/v1/customers", json={"name": "x", "addresses": []}),
        "/contact_points": await clerk.delete(f"{path}/contact-points/{point}", headers=match),
    }
    for pointer, answer in answers.items():
        assert (answer.status_code, answer.json()["code"]) == (403, "masked_field")
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    rows = [{"id": known["id"], "contact_points": []}, {"id": known["id"], "region": "South"}]
    batch = (await clerk.post("/v1/customers/batch", json={"items": rows})).json()
    assert [row["outcome"] for row in batch["results"]] == ["rejected", "updated"]
    assert batch["results"][0]["problem"]["code"] == "masked_field"


async def test_an_answer_is_not_replayed_to_other_rights(customer: Running) -> None:
    body, key = {"name": "x", "attributes": {"passport": SECRETS[2]}}, {"Idempotency-Key": "rights"}
    before = customer.client(Principal("u-5", frozenset(("*",))))
    after = customer.client(Principal("u-5", frozenset(("*",)), personal=False))
    async with before, after:
        first = await before.post("/v1/customers", json=body, headers=key)
        again = await before.post("/v1/customers", json=body, headers=key)
        other = await after.post("/v1/customers", json=body, headers=key)
    assert (first.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (other.status_code, other.json()["code"], clean(other)) == (403, "rights_changed", True)
