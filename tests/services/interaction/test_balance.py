"""The balance of relationships: figures as they are defined, and whom to call."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from feed.consumer import Follower
from services.interaction.balance.schemas import BalanceSummary, CustomerBalance, DuePage
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.working import Work
from tests.support.running import Running

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TARGETS, DUE = "/v1/contact-targets", "/v1/balance/due"
SORTS: list[tuple[str, str, str, str | None]] = [  # when, channel, direction, purpose
    ("2026-01-01T12:00:00Z", "visit", "outbound", "emotional_contact"),
    ("2026-05-01T12:00:00Z", "phone", "inbound", "complaint"),
    ("2026-05-31T12:00:00Z", "phone", "outbound", "sale"),
    ("2026-06-10T12:00:00Z", "email", "outbound", "sharing_joy"),
    ("2026-06-20T12:00:00Z", "email", "outbound", None),
    ("2026-06-25T12:00:00Z", "general_media", "none", "sale"),
]


@pytest.fixture(autouse=True)
def _noon(interaction: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interaction.core, "clock", lambda: NOW)


async def talk(client: httpx.AsyncClient, who: object, *sorts: tuple[str, str, str, str | None]) -> None:
    """Record contacts with a customer."""
    names = ("occurred_at", "channel", "direction", "purpose")
    items = [contact(str(who), **dict(zip(names, each, strict=True))) for each in sorts or SORTS]
    answer = await client.post("/v1/interactions/batch", json={"items": items})
    assert answer.json()["counts"]["created"] == len(items), answer.text


async def target(client: httpx.AsyncClient, days: int, **whose: Any) -> dict[str, Any]:
    answer = await client.post(TARGETS, json={"days": days, **whose})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def due(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    url: str | None = str(httpx.URL(DUE, params={"limit": 2, **params}))
    while url:
        answer = await client.get(url)
        DuePage.model_validate(answer.json())
        found += answer.json()["items"]
        url = answer.links.get("next", {}).get("url")
    return found


async def test_the_figures_are_those_of_the_definitions(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, work: Work
) -> None:
    customer = peer.put(name())
    await catch_up(follower)
    await target(client, 7, customer=str(customer))
    await talk(client, customer)
    sale = {"placed_at": "2026-06-28T12:00:00Z", "currency": "CNY", "lines": [{"amount": "1"}]}
    await client.post("/v1/orders", json={"customer": str(customer), **sale})
    await work()
    answer = (await client.get(f"/v1/customers/{customer}/balance")).json()
    CustomerBalance.model_validate(answer)
    assert answer["contacts"] == 5
    assert answer["two_way"] == {
        "inbound": 1,
        "outbound": 3,
        "broadcast": 1,
        "ratio": 0.333,
        "evenness": 0.333,
    }
    assert answer["formality"] == {
        "formal": 4,  # one of them by its channel
        "informal": 1,
        "unstated": 0,
        "ratio": 4.0,
        "formal_share": 0.8,
    }
    assert answer["frequency"] == {
        "per_30_days": 1.667,
        "target_days": 7,
        "last_at": "2026-06-20T12:00:00+00:00",
        "due_at": "2026-06-27T12:00:00+00:00",
        "overdue_days": 3,
    }
    assert [(each["kind"], each["days"]) for each in answer["last_of_kind"]] == [
        ("order", 2),
        ("interaction", 5),
    ]
    days = {each["purpose"]: each["days"] for each in answer["last_for_purpose"]}
    assert days == {"sale": 5, "sharing_joy": 20, "complaint": 60, "emotional_contact": 180}
    groups = {each["group"]: each["days"] for each in answer["last_through_group"]}
    assert groups == {"mass_media": 5, "electronic": 10, "face_to_face": 180}


async def test_the_most_particular_target_holds(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, work: Work
) -> None:
    sort, east = name("class"), name("east")
    customer = peer.put(name(), customer_class=sort, department=east)
    await catch_up(follower)

    async def days() -> Any:
        await work()
        return (await client.get(f"/v1/customers/{customer}/balance")).json()["frequency"]["target_days"]

    assert await days() is None
    made = []
    for number, whose in enumerate(
        ({"department": east}, {"customer_class": sort}, {"customer_class": sort, "department": east}),
        start=10,
    ):
        made.append(await target(client, number, **whose))
        assert await days() == number
    made.append(await target(client, 3, customer=str(customer)))
    assert await days() == 3
    again = await client.post(TARGETS, json={"days": 9, "customer_class": sort})
    assert (again.status_code, again.json()["code"]) == (409, "target_exists")
    both = await client.post(TARGETS, json={"days": 9, "customer_class": sort, "customer": str(customer)})
    assert (both.status_code, both.json()["code"]) == (422, "not_one_or_many")
    patched = await client.patch(
        f"{TARGETS}/{made[2]['id']}",
        json={"days": 20},
        headers={"if-match": '"1"', "content-type": "application/merge-patch+json"},
    )
    assert patched.json()["days"] == 20
    removed = await client.delete(f"{TARGETS}/{made[3]['id']}", headers={"if-match": '"1"'})
    assert removed.status_code == 204
    assert await days() == 20
    history = (await client.get(f"{TARGETS}/{made[2]['id']}/history")).json()["items"]
    assert history[0]["changes"]["days"] == {"from": 12, "to": 20}
    listed = (await client.get(TARGETS, params={"customer_class": sort})).json()["items"]
    assert [each["id"] for each in listed] == [made[1]["id"], made[2]["id"]]


async def test_whom_to_call_the_most_overdue_first(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, work: Work
) -> None:
    east, owner = name("east"), name("u")
    ids = [peer.put(name(), department=east, owner=owner) for _ in range(5)]
    await catch_up(follower)
    for day, id_ in zip((10, 1, 20), ids, strict=False):
        await talk(client, id_, (f"2026-06-{day:02}T12:00:00Z", "phone", "outbound", None))
    await talk(client, ids[4], ("2026-06-29T12:00:00Z", "general_media", "none", None))
    await target(client, 15, department=east)
    await work()
    found = await due(client, department=east)
    never = sorted(map(str, ids[3:]))  # a broadcast is no contact
    assert [each["customer_id"] for each in found] == [*never, str(ids[1]), str(ids[0])]
    assert [each["overdue_days"] for each in found] == [None, None, 14, 5]
    assert [each["due_at"] for each in found[:2]] == [None, None]
    await talk(client, ids[1], ("2026-06-30T11:00:00Z", "phone", "inbound", None))
    await work()
    assert str(ids[1]) not in [each["customer_id"] for each in await due(client, department=east)]
    own = interaction.client(Principal(owner, frozenset(("interactions:read",)), Visibility.OWN))
    assert len(await due(own)) == 3
    other = interaction.client(Principal("u-x", frozenset(("interactions:read",)), Visibility.OWN))
    assert await due(other, department=east) == []
    summary = (await client.get("/v1/balance", params={"owner": owner})).json()
    BalanceSummary.model_validate(summary)
    counts = {key: summary[key] for key in ("customers", "contacted", "with_target", "overdue", "contacts")}
    assert counts == {"customers": 5, "contacted": 3, "with_target": 5, "overdue": 3, "contacts": 5}
    assert (summary["two_way"]["inbound"], summary["two_way"]["outbound"]) == (1, 3)


async def test_targets_for_many_are_set_by_those_who_see_all(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    mine, others = peer.put(name(), owner="u-7"), peer.put(name(), owner="u-8")
    await catch_up(follower)
    own = interaction.client(Principal("u-7", frozenset(("*",)), Visibility.OWN))
    assert (await own.post(TARGETS, json={"days": 9, "department": name()})).status_code == 403
    assert (await own.post(TARGETS, json={"days": 9, "customer": str(others)})).status_code == 422
    made = await target(own, 9, customer=str(mine))
    foreign = await target(client, 9, customer=str(others))
    assert (await own.get(f"{TARGETS}/{made['id']}")).status_code == 200
    assert (await own.get(f"{TARGETS}/{foreign['id']}")).status_code == 404
    assert (await own.get(f"/v1/customers/{others}/balance")).status_code == 404
    assert (
        await own.get(
            "/v1/balance", params={"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
        )
    ).status_code == 422
