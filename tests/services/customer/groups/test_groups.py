"""Groups: what every slice promises, and that nobody writes a group out of its own sight."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.customer.groups.schemas import GroupRead
from shared.auth import Principal, Visibility
from tests.support.running import ANYBODY, Running

PATH = "/v1/groups"
CLUB = {"name": "茶友会", "kind": "club", "description": "Tastings"}


@pytest.fixture
async def group(client: httpx.AsyncClient) -> dict[str, Any]:
    """Found a club."""
    answer = await client.post(PATH, json={**CLUB, "owner": "u-1", "department": "east"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == at(made)
    return made


def at(group: dict[str, Any]) -> str:
    return f"{PATH}/{group['id']}"


async def test_a_group_is_kept_read_changed_and_removed(
    client: httpx.AsyncClient, group: dict[str, Any]
) -> None:
    GroupRead.model_validate(group)
    assert CLUB.items() <= group.items()
    read = await client.get(at(group))
    assert (read.json(), read.headers["etag"]) == (group, '"1"')
    assert (await client.patch(at(group), json={"name": "X"})).status_code == 428
    patched = await client.patch(
        at(group), json={"description": None, "kind": "association"}, headers={"If-Match": '"1"'}
    )
    assert (patched.status_code, patched.json()["description"], patched.json()["kind"]) == (
        200,
        None,
        "association",
    )
    assert (
        await client.patch(at(group), json={"kind": "club"}, headers={"If-Match": '"1"'})
    ).status_code == 412
    history = (await client.get(f"{at(group)}/history")).json()["items"]
    assert history[0]["changes"]["kind"] == {"from": "club", "to": "association"}
    assert (await client.delete(at(group), headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get(at(group))).status_code == 404


async def test_groups_are_listed_by_kind_and_owner(client: httpx.AsyncClient) -> None:
    owner = uuid4().hex
    for kind in ("club", "user_group", "club"):
        await client.post(PATH, json={"name": kind, "kind": kind, "owner": owner})

    async def kinds(**given: Any) -> list[str]:
        page = (await client.get(PATH, params={"owner": owner, **given})).json()
        return [each["kind"] for each in page["items"]]

    assert await kinds() == ["club", "user_group", "club"]
    assert await kinds(kind="club") == ["club", "club"]
    assert await kinds(department="nowhere") == []
    first = (await client.get(PATH, params={"owner": owner, "limit": 2})).json()
    second = (await client.get(PATH, params={"owner": owner, "limit": 2, "cursor": first["next"]})).json()
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    "wrong", [{"kind": "gang"}, {"name": None}, {"name": ""}, {"owner": 1}, {"nonsense": 1}]
)
async def test_what_is_no_group_is_refused(
    client: httpx.AsyncClient, group: dict[str, Any], wrong: dict[str, Any]
) -> None:
    for answer in (
        await client.post(PATH, json={**CLUB, **wrong}),
        await client.patch(at(group), json=wrong, headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(wrong))}")


async def test_a_key_makes_one_group(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = [await client.post(PATH, json=CLUB, headers=key) for _ in range(2)]
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


async def test_its_owner_and_its_department_see_a_group(customer: Running, group: dict[str, Any]) -> None:
    every = frozenset(("*",))
    for principal, status in (
        (Principal("u-1", every, Visibility.OWN), 200),
        (Principal("u-2", every, Visibility.DEPARTMENT, "east"), 200),
        (Principal("u-2", every, Visibility.OWN), 404),
        (Principal("u-1", every, Visibility.DEPARTMENT, "west"), 404),
    ):
        async with customer.client(principal) as caller:
            assert (await caller.get(at(group))).status_code == status
            for part in ("members", "events", "history"):
                assert (await caller.get(f"{at(group)}/{part}")).status_code == status
            told = await caller.get("/v1/changes/snapshot", params={"kind": "group", "ids": group["id"]})
            assert len(told.json()["items"]) == (status == 200)


async def test_nobody_writes_a_group_out_of_its_sight(customer: Running) -> None:
    seller = replace(ANYBODY, id="u-7", visibility=Visibility.OWN)
    async with customer.client(seller) as caller:
        mine = (await caller.post(PATH, json=CLUB)).json()
        assert mine["owner"] == "u-7"
        for answer in (
            await caller.post(PATH, json={**CLUB, "owner": "u-8"}),
            await caller.patch(at(mine), json={"owner": "u-8"}, headers={"If-Match": '"1"'}),
            await caller.patch(at(mine), json={"owner": None}, headers={"If-Match": '"1"'}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "out_of_sight")


async def test_the_feed_tells_of_it(customer: Running, group: dict[str, Any]) -> None:
    rows = await customer.database.pool.fetch(
        "select type, owners, departments from customer.feed where $1 = any(subjects)", group["id"]
    )
    assert [tuple(row) for row in rows] == [("group.created", ["u-1"], ["east"])]
