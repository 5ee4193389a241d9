"""Memberships, events and who attended them: one by one and in batches, seen, counted, through merges."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.customer.group_events.schemas import AttendeePage, GroupEventPage
from services.customer.memberships.schemas import CustomerGroupPage, GroupMemberPage, MembershipRead
from shared.auth import Principal, Visibility
from tests.services.customer.conftest import Create
from tests.services.customer.graph.test_graph import MERGE, UNDO
from tests.support.running import Running

EVERY = frozenset(("*",))
TODAY = datetime.now(UTC).date()


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.fixture
async def group(client: httpx.AsyncClient) -> str:
    """Found a club; its path."""
    made = await client.post("/v1/groups", json={"name": "Tea", "owner": "u-1", "department": "east"})
    return f"/v1/groups/{made.json()['id']}"


async def joined(client: httpx.AsyncClient, group: str, customer: Any, **more: Any) -> dict[str, Any]:
    answer = await client.post(f"{group}/members", json={"customer": customer, **more})
    assert answer.status_code == 201, answer.text
    membership: dict[str, Any] = answer.json()
    return membership


async def event(client: httpx.AsyncClient, group: str, held_on: str, *customers: str) -> str:
    """Hold an event that some attended; its path."""
    made = await client.post(
        f"{group}/events", json={"title": "Tasting", "kind": "meeting", "held_on": held_on}
    )
    assert made.status_code == 201, made.text
    path = f"/v1/group-events/{made.json()['id']}"
    items = [{"customer": each} for each in customers]
    if items:
        (await client.post(f"{path}/attendees/batch", json={"items": items})).raise_for_status()
    return path


async def members(client: httpx.AsyncClient, group: str, **given: Any) -> list[dict[str, Any]]:
    page = (await client.get(f"{group}/members", params=given)).json()
    GroupMemberPage.model_validate(page)
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_a_membership_is_read_from_both_sides(
    client: httpx.AsyncClient, group: str, create: Create
) -> None:
    whose = await create(identities=[{"system": "erp", "id": (key := uuid4().hex)}])
    membership = await joined(client, group, {"system": "erp", "id": key}, role="chair", since="2024-03-01")
    MembershipRead.model_validate(membership)
    assert (membership["status"], membership["until"], membership["customer_id"]) == (
        "active",
        None,
        whose["id"],
    )
    (one,) = await members(client, group)
    assert (one["membership"], one["customer"]["id"]) == (membership, whose["id"])
    page = (await client.get(f"/v1/customers/erp:{key}/groups")).json()
    CustomerGroupPage.model_validate(page)
    assert (page["items"][0]["membership"], page["items"][0]["group"]["name"]) == (membership, "Tea")


async def test_a_membership_ends_and_is_changed_with_care(
    client: httpx.AsyncClient, group: str, create: Create
) -> None:
    membership = await joined(client, group, (await create())["id"], since="2024-03-01")
    path, seen = f"/v1/memberships/{membership['id']}", {"If-Match": '"1"'}
    assert (await client.patch(path, json={"status": "ended"})).status_code == 428
    wrong = await client.patch(path, json={"until": "2024-02-29"}, headers=seen)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/until")
    ended = await client.patch(path, json={"until": "2024-12-31", "status": "ended"}, headers=seen)
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    assert (await client.get(f"{path}/history")).json()["items"][0]["changes"].keys() == {"until", "status"}
    assert [len(await members(client, group, status=status)) for status in ("ended", "active")] == [1, 0]
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert await members(client, group) == []


async def test_a_customer_is_in_a_group_once(client: httpx.AsyncClient, group: str, create: Create) -> None:
    whose = (await create())["id"]
    answers = await asyncio.gather(
        *(client.post(f"{group}/members", json={"customer": whose}) for _ in range(6))
    )
    assert sorted(each.status_code for each in answers) == [201, *[409] * 5]
    refused = next(each.json() for each in answers if each.status_code == 409)
    assert (refused["code"], refused["membership_id"]) == (
        "already_in",
        (await members(client, group))[0]["membership"]["id"],
    )


async def test_a_batch_says_what_became_of_each_row(
    client: httpx.AsyncClient, group: str, create: Create, customer: Running
) -> None:
    a, b = (await create())["id"], (await create())["id"]
    was = await joined(client, group, a)
    items: list[Any] = [
        {"customer": a},
        {"customer": b, "since": "2024-01-01"},
        {"customer": b},
        {"customer": str(uuid4())},
        {"customer": b, "since": "2024-02-30"},
        {"customer": a, "since": "2024-02-02", "until": "2024-02-01"},
        7,
    ]
    told = (await client.post(f"{group}/members/batch", json={"items": items})).json()
    assert [each["outcome"] for each in told["results"]] == [
        "unchanged",
        "created",
        "unchanged",
        *["rejected"] * 4,
    ]
    assert told["counts"] == {"created": 1, "updated": 0, "unchanged": 2, "rejected": 4}
    assert (told["results"][0]["id"], told["results"][1]["id"]) == (was["id"], told["results"][2]["id"])
    assert [each["problem"]["code"] for each in told["results"][3:]] == [
        "not_found",
        "invalid",
        "bad_membership",
        "invalid",
    ]
    assert told["results"][4]["problem"]["errors"][0]["pointer"] == "/since"
    again = (await client.post(f"{group}/members/batch", json={"items": items[:3]})).json()
    assert again["counts"]["unchanged"] == 3
    new = told["results"][1]["id"]
    rows = await customer.database.pool.fetch("select type from customer.feed where $1 = any(subjects)", new)
    assert [row["type"] for row in rows] == ["membership.created"]
    assert len((await client.get(f"/v1/memberships/{new}/history")).json()["items"]) == 1


async def test_a_thousand_join_at_once(client: httpx.AsyncClient, group: str) -> None:
    people = [{"name": f"Member {at}"} for at in range(1_000)]
    results = (await client.post("/v1/customers/batch", json={"items": people})).json()["results"]
    items = [{"customer": each["id"]} for each in results]
    batches = (client.post(f"{group}/members/batch", json={"items": items}) for _ in range(2))
    counts = [each.json()["counts"] for each in await asyncio.gather(*batches)]
    assert sum(each["created"] for each in counts) == sum(each["unchanged"] for each in counts) == 1_000
    assert len(await members(client, group, limit=1000)) == 1_000
    too_many = await client.post(f"{group}/members/batch", json={"items": [*items, items[0]]})
    assert too_many.status_code == 422


async def test_activity_is_what_a_member_attended(
    client: httpx.AsyncClient, group: str, create: Create
) -> None:
    a, b = (await create())["id"], (await create())["id"]
    for whose in (a, b):
        await joined(client, group, whose)
    await event(client, group, days_ago(-7), a)  # to come
    await event(client, group, days_ago(0), a)
    last = await event(client, group, days_ago(30), a, b)
    await event(client, group, days_ago(400), a, b)

    async def active(**given: Any) -> list[tuple[int, str | None]]:
        return [
            (each["activity"]["attended"], each["activity"]["last_active"])
            for each in await members(client, group, **given)
        ]

    assert await active() == [(2, days_ago(0)), (1, days_ago(30))]
    assert await active(days=29) == [(1, days_ago(0)), (0, days_ago(30))]
    assert await active(days=500) == [(3, days_ago(0)), (2, days_ago(30))]
    await client.delete(last, headers={"If-Match": '"1"'})
    assert await active() == [(1, days_ago(0)), (0, days_ago(400))]
    (mine,) = (await client.get(f"/v1/customers/{b}/groups", params={"days": 500})).json()["items"]
    assert mine["activity"] == {"attended": 1, "last_active": days_ago(400)}


async def test_events_are_listed_changed_and_attended_once(
    client: httpx.AsyncClient, group: str, create: Create
) -> None:
    whose = (await create())["id"]
    paths = [await event(client, group, f"2024-0{month}-01") for month in (2, 3, 1)]
    page = (await client.get(f"{group}/events")).json()
    GroupEventPage.model_validate(page)
    assert [each["held_on"] for each in page["items"]] == ["2024-03-01", "2024-02-01", "2024-01-01"]
    second = (await client.get(f"{group}/events", params={"limit": 1, "until": "2024-02-15"})).json()
    assert (second["items"][0]["held_on"], second["next"] is None) == ("2024-02-01", False)
    moved = await client.patch(paths[0], json={"held_on": "2024-04-01"}, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["held_on"]) == (200, "2024-04-01")
    assert (
        await client.patch(paths[0], json={"held_on": None}, headers={"If-Match": '"2"'})
    ).status_code == 422
    items = {"items": [{"customer": whose}]}
    outcomes = [
        (await client.post(f"{paths[0]}/attendees/batch", json=items)).json()["results"][0] for _ in range(2)
    ]
    assert [each["outcome"] for each in outcomes] == ["created", "unchanged"]
    attended = (await client.get(f"{paths[0]}/attendees")).json()
    AttendeePage.model_validate(attended)
    assert [each["customer_id"] for each in attended["items"]] == [whose]
    one = f"/v1/group-attendances/{attended['items'][0]['attendance_id']}"
    assert (await client.get(one)).json()["customer_id"] == whose
    assert (await client.delete(one, headers={"If-Match": '"1"'})).status_code == 204
    assert (await client.get(f"{paths[0]}/attendees")).json()["items"] == []


async def test_members_who_are_foreign_are_absent(
    customer: Running, client: httpx.AsyncClient, group: str, create: Create
) -> None:
    mine, theirs = (await create(owner="u-1"))["id"], (await create(owner="u-2"))["id"]
    kept = [await joined(client, group, whose) for whose in (mine, theirs)]
    meeting = await event(client, group, days_ago(1), mine, theirs)
    async with customer.client(Principal("u-1", EVERY, Visibility.OWN)) as caller:
        assert [each["customer"]["id"] for each in await members(caller, group)] == [mine]
        assert [
            each["customer_id"] for each in (await caller.get(f"{meeting}/attendees")).json()["items"]
        ] == [mine]
        statuses = [(await caller.get(f"/v1/memberships/{each['id']}")).status_code for each in kept]
        assert statuses == [200, 404]
        assert (await caller.post(f"{group}/members", json={"customer": theirs})).status_code == 404
        batch = (await caller.post(f"{group}/members/batch", json={"items": [{"customer": theirs}]})).json()
        assert batch["results"][0]["problem"]["code"] == "not_found"
    async with customer.client(Principal("u-2", EVERY, Visibility.OWN)) as caller:
        assert (await caller.get(f"/v1/customers/{theirs}/groups")).json()["items"] == []
    await client.delete(f"/v1/customers/{mine}", headers={"If-Match": '"1"'})
    assert [each["customer"]["id"] for each in await members(client, group)] == [theirs]


async def test_a_merge_moves_no_membership(
    customer: Running, client: httpx.AsyncClient, group: str, create: Create
) -> None:
    a, twin = (await create())["id"], (await create(name="Twin"))["id"]
    membership = await joined(client, group, twin)
    await event(client, group, days_ago(1), twin)
    for each in MERGE:
        await customer.database.pool.execute(each, UUID(a), UUID(twin))
    (one,) = await members(client, group)
    assert (one["customer"]["id"], one["membership"], one["activity"]["attended"]) == (a, membership, 1)
    assert len((await client.get(f"/v1/customers/{a}/groups")).json()["items"]) == 1
    assert (await client.post(f"{group}/members", json={"customer": a})).status_code == 409
    batch = (
        await client.post(f"{group}/members/batch", json={"items": [{"customer": a}, {"customer": twin}]})
    ).json()
    assert batch["counts"]["unchanged"] == 2
    for each in UNDO:
        await customer.database.pool.execute(each, UUID(a), UUID(twin))
    assert (await members(client, group))[0]["customer"]["id"] == twin
    assert (await client.get(f"/v1/customers/{a}/groups")).json()["items"] == []
