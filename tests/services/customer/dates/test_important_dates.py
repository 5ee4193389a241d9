"""Important dates: what every slice promises, on the smallest one."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Principal, Visibility
from tests.services.customer.conftest import Create
from tests.support.running import Running

BIRTHDAY = {"occasion": "birthday", "calendar": "lunar", "month": 8, "day": 15, "year": 1980}


@pytest.fixture
async def date(client: httpx.AsyncClient, create: Create) -> dict[str, Any]:
    """Make a customer with a birthday."""
    whose = await create(owner="u-1", department="east")
    answer = await client.post(f"/v1/customers/{whose['id']}/important-dates", json=BIRTHDAY)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/important-dates/{made['id']}"
    return made


def at(date: dict[str, Any]) -> str:
    return f"/v1/important-dates/{date['id']}"


async def test_a_date_is_kept_read_and_listed(client: httpx.AsyncClient, date: dict[str, Any]) -> None:
    assert BIRTHDAY.items() <= date.items()
    assert (date["label"], date["leap_month"], date["version"], date["masked"]) == (None, False, 1, [])
    read = await client.get(at(date))
    assert (read.json(), read.headers["etag"]) == (date, '"1"')
    assert (await client.get(at(date), headers={"If-None-Match": '"1"'})).status_code == 304
    more = f"/v1/customers/{date['customer_id']}/important-dates"
    wedding = (await client.post(more, json={"occasion": "wedding", "month": 2, "day": 29})).json()
    first = (await client.get(more, params={"limit": 1})).json()
    second = (await client.get(more, params={"limit": 1, "cursor": first["next"]})).json()
    assert [first["items"], second["items"], second["next"]] == [[date], [wedding], None]


async def test_a_patch_changes_what_it_names(client: httpx.AsyncClient, date: dict[str, Any]) -> None:
    patched = await client.patch(at(date), json={"day": 16, "year": None}, headers={"If-Match": '"1"'})
    assert (patched.status_code, patched.headers["etag"]) == (200, '"2"')
    assert {**date, "day": 16, "year": None, "version": 2} == {
        **patched.json(),
        "updated_at": date["updated_at"],
    }
    same = await client.patch(at(date), json={"day": 16}, headers={"If-Match": '"2"'})
    assert (same.status_code, same.json()) == (200, patched.json())
    history = (await client.get(f"{at(date)}/history")).json()["items"]
    assert [step["version"] for step in history] == [2, 1]
    assert history[0]["changes"] == {"day": {"from": 15, "to": 16}, "year": {"from": 1980, "to": None}}
    removed = await client.delete(at(date), headers={"If-Match": '"2"'})
    assert (removed.status_code, (await client.get(at(date))).status_code) == (204, 404)
    assert (await client.delete(at(date), headers={"If-Match": '"3"'})).status_code == 404


async def test_writes_are_conditional(client: httpx.AsyncClient, date: dict[str, Any]) -> None:
    assert (await client.patch(at(date), json={"day": 1})).status_code == 428
    await client.patch(at(date), json={"day": 1}, headers={"If-Match": '"1"'})
    stale = await client.patch(at(date), json={"month": 1}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["changed"], stale.headers["etag"]) == (412, ["day"], '"2"')
    disjoint = {"If-Match": '"1"', "Prefer": "merge=disjoint"}
    assert (await client.patch(at(date), json={"day": 2}, headers=disjoint)).status_code == 412
    passed = await client.patch(at(date), json={"month": 1}, headers=disjoint)
    assert (passed.status_code, passed.json()["version"]) == (200, 3)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"calendar": "solar", "month": 2, "day": 30}, "/day"),
        ({"calendar": "solar", "month": 2, "day": 29, "year": 2023}, "/day"),
        ({"calendar": "lunar", "day": 31}, "/day"),
        ({"calendar": "solar", "leap_month": True}, "/leap_month"),
        ({"month": 13}, "/month"),
        ({"month": None}, "/month"),
    ],
)
async def test_there_are_only_days_that_the_calendar_has(
    client: httpx.AsyncClient, date: dict[str, Any], wrong: dict[str, Any], pointer: str
) -> None:
    for answer in (
        await client.patch(at(date), json=wrong, headers={"If-Match": '"1"'}),
        await client.post(f"/v1/customers/{date['customer_id']}/important-dates", json={**BIRTHDAY, **wrong}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await client.get(at(date))).json() == date


async def test_a_key_makes_one_date(client: httpx.AsyncClient, create: Create) -> None:
    path, key = f"/v1/customers/{(await create())['id']}/important-dates", {"Idempotency-Key": uuid4().hex}
    first, again = [await client.post(path, json=BIRTHDAY, headers=key) for _ in range(2)]
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    assert len((await client.get(path)).json()["items"]) == 1


async def test_who_does_not_see_the_customer_sees_no_date(
    customer: Running, client: httpx.AsyncClient, date: dict[str, Any]
) -> None:
    every = frozenset(("*",))
    people = {
        "owner": (Principal("u-1", every, Visibility.OWN), 200),
        "colleague": (Principal("u-2", every, Visibility.DEPARTMENT, "east"), 200),
        "stranger": (Principal("u-2", every, Visibility.OWN), 404),
        "elsewhere": (Principal("u-1", every, Visibility.DEPARTMENT, "west"), 404),
    }
    for who, (principal, status) in people.items():
        async with customer.client(principal) as caller:
            assert (await caller.get(at(date))).status_code == status, who
            assert (await caller.get(f"{at(date)}/history")).status_code == status, who
            patched = await caller.patch(at(date), json={"day": 15}, headers={"If-Match": '"1"'})
            assert patched.status_code == status, who
            told = await caller.get(
                "/v1/changes/snapshot", params={"kind": "important_date", "ids": date["id"]}
            )
            assert len(told.json()["items"]) == (status == 200), who
    path = f"/v1/customers/{date['customer_id']}"
    await client.delete(path, headers={"If-Match": '"1"'})
    assert (await client.get(at(date))).status_code == 404
    named = {"kind": "important_date", "ids": date["id"]}
    (told,) = (await client.get("/v1/changes/snapshot", params=named)).json()["items"]
    assert (told["deleted"], told["data"]) == (True, None)  # the feed gives no more than a read


async def test_a_day_is_personal(customer: Running, date: dict[str, Any]) -> None:
    async with customer.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        read = (await clerk.get(at(date))).json()
        assert read["masked"] == ["label", "year", "month", "day", "leap_month"]
        assert [read[name] for name in read["masked"]] == [None] * 5
        history = (await clerk.get(f"{at(date)}/history")).json()["items"]
        assert history[0]["changes"] == {}
        refused = await clerk.patch(at(date), json={"day": 1}, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
        allowed = await clerk.patch(at(date), json={"occasion": "honour"}, headers={"If-Match": '"1"'})
        assert (allowed.status_code, allowed.json()["day"]) == (200, None)


async def test_the_feed_tells_of_it(customer: Running, date: dict[str, Any]) -> None:
    rows = await customer.database.pool.fetch(
        "select type, owners, departments, at from customer.feed where $1 = any(subjects)", date["id"]
    )
    assert [(row["type"], row["owners"], row["departments"]) for row in rows] == [
        ("important_date.created", ["u-1"], ["east"])
    ]
    assert rows[0]["at"] <= datetime.now(UTC)
