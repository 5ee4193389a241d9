"""Each kind of record goes by its own rule and by no other, and leaves nothing behind."""

from typing import Any

import httpx

from feed.consumer import Follower
from services.interaction.base import FEED
from services.interaction.kinds import KINDS
from services.interaction.retention.reach import DATED, PARTS, RetentionAction, actions
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.retention.conftest import Run, counted, rule
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.test_orders import AT, key, order
from tests.services.interaction.working import Work
from tests.support.running import Running

MONEY = {"amount": "1", "currency": "CNY"}
NOTE = {"attributes": {"note": "personal"}}


def bodies(who: dict[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return a path and a body for each kind that has a time: of one customer, and belonging to nothing."""
    facts = {"customer": who, **NOTE}
    rang = {"call": key(name()), "type": "ringing", "from": "13811112222", "occurred_at": AT}
    spent = {**MONEY, "kind": "keep", "first_day": "2026-03-01"}
    return {
        "interaction": ("interactions", contact(who, body="Hello", **NOTE)),
        "call": ("calls/events", {**rang, **facts}),
        "order": ("orders", order(name(), customer=who["id"], **NOTE)),
        "payment": ("payments", {**facts, **MONEY, "paid_at": AT}),
        "return": ("returns", {**facts, "returned_at": AT, "currency": "CNY", "lines": [{"amount": "1"}]}),
        "credit_note": ("credit-notes", {**facts, **MONEY, "issued_at": AT}),
        "cost": ("costs", {**facts, **spent}),
        "campaign_member": ("campaign-members", {**facts, "campaign": "spring", "at": AT}),
        "promise": ("promises", {**facts, "what": "Call back", "made_at": AT, "due_at": AT}),
        "publicity_claim": ("publicity-claims", {"what": "Two days", "published_at": AT, "due_at": AT}),
        "objection": ("objections", {**facts, "raised_at": AT, "kind": "price", "said": "Dear"}),
    }


async def written(client: httpx.AsyncClient) -> dict[str, str]:
    """Write one of each, with a source key; return where each is found."""
    campaign = {"code": "spring", "name": "Spring", "first_day": "2026-03-01"}
    assert (await client.post("/v1/campaigns", json=campaign)).status_code == 201
    places = {}
    for kind, (path, body) in bodies(key(name())).items():
        given = body if kind == "call" else {**body, "source": key(name())}
        made = await client.post(f"/v1/{path}", json=given)
        assert made.status_code == 201, f"{kind}: {made.text}"
        places[kind] = f"/v1/{path.removesuffix('/events')}/{made.json()['id']}"
    return places


def test_every_kind_with_a_time_is_tried() -> None:
    assert bodies(key("C")).keys() == DATED.keys() - {"delivery"}
    assert {part.kind.name for part in PARTS["order"]} == {
        "payment",
        "return",
        "delivery",
        "credit_note",
        "promise",
    }
    assert actions("delivery") == {RetentionAction.STRIP}, "a delivery goes with its order"
    assert {kind.name for kind in KINDS} - DATED.keys() == {
        "product",
        "exchange_rate",
        "shared_cost",
        "campaign",
    }


async def left(interaction: Running) -> set[str]:
    """Return the kinds of which there are records."""
    each = (
        f"select '{name}' where exists (select from {kind.model.__table__})" for name, kind in DATED.items()
    )
    return {row[0] for row in await interaction.database.pool.fetch(" union all ".join(each))}


async def test_each_kind_goes_by_its_rule_and_only_by_it(
    client: httpx.AsyncClient, interaction: Running, work: Work, run: Run
) -> None:
    places, pool = await written(client), interaction.database.pool
    there = await left(interaction)
    assert there == places.keys()
    for kind, place in places.items():
        await rule(client, kind)
        assert counted((await run())[f"{kind} delete"]) == (1, 1, 0, 0, 0), kind
        there = there - {kind}
        assert await left(interaction) == there
        id_ = place.rpartition("/")[2]
        history = await pool.fetch(f"select version, diff from {FEED.history} where subject = $1", id_)
        assert [(row["version"], sorted(row["diff"])) for row in history] == [
            (2, ["customer_id", "deleted_at"])
        ], kind
        await pool.execute("delete from interaction.retention_rules")
    await work()
    told = (await client.get("/v1/changes", params={"limit": 2000})).json()["items"]
    for kind, place in places.items():
        assert (await client.get(place)).status_code == 404, kind
        mine = [each for each in told if each["subject"] == place.rpartition("/")[2]]
        assert [each["type"].rpartition(".")[2] for each in mine][-1] == "deleted", kind
        assert {(each["deleted"], each["data"], each["data_version"]) for each in mine} == {(True, None, 2)}
        snapshot = {"kind": kind, "ids": place.rpartition("/")[2]}
        assert (await client.get("/v1/changes/snapshot", params=snapshot)).json()["items"][0]["deleted"]
    assert not await pool.fetchval("select count(*) from interaction.call_events")


async def test_who_saw_only_some_customers_is_told_that_it_is_removed(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, work: Work, run: Run
) -> None:
    who = peer.put(name(), owner="u-1", department="east")
    await catch_up(follower)
    made = (await client.post("/v1/interactions", json=contact(str(who)))).json()
    await rule(client, "interaction")
    await run()
    await work()
    for principal, removed in (("u-1", True), ("u-2", None)):
        narrow = interaction.client(Principal(principal, frozenset(("feed:read",)), Visibility.OWN))
        told = (await narrow.get("/v1/changes", params={"limit": 2000})).json()["items"]
        mine = [each for each in told if each["subject"] == made["id"]]
        assert [(each["removed"], each["data"]) for each in mine] == [(removed, None)] * 2 * bool(removed)


async def test_a_repeat_of_a_deleted_source_does_not_come_back(
    client: httpx.AsyncClient, interaction: Running, run: Run
) -> None:
    campaign = {"code": "spring", "name": "Spring", "first_day": "2026-03-01"}
    assert (await client.post("/v1/campaigns", json=campaign)).status_code == 201
    pairs = bodies(key(name())).items()
    sent = {k: (p, b if k == "call" else {**b, "source": key(name())}) for k, (p, b) in pairs}
    for kind, (path, body) in sent.items():
        assert (await client.post(f"/v1/{path}", json=body)).status_code == 201
        await rule(client, kind)
    await run()
    for kind, (path, body) in sent.items():
        again = await client.post(f"/v1/{path}", json=body)
        assert (again.status_code, again.json()["code"]) == (410, "record_retired"), kind
        answer = await client.post(f"/v1/{path}/batch", json={"items": [body, body]})
        results = answer.json()["results"]
        assert [each["problem"]["code"] for each in results] == ["record_retired"] * 2, kind
    assert await left(interaction) == set()
    keys = "select count(*) from interaction.source_keys where retired = 'deleted' and customer_id is null"
    assert await interaction.database.pool.fetchval(keys) == len(sent)
