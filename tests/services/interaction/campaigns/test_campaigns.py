"""Campaigns: whom they reached, and which orders each may claim, every order once."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from services.interaction.campaigns.schemas import AttributedOrders, CampaignFigures, CampaignRead
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, order, post

START = datetime(2026, 3, 1, tzinfo=UTC)
RULES = ("last_touch", "first_touch", "linear")


def campaign(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Campaign {code}", "first_day": "2026-03-01", **more}


async def told(follower: Follower) -> None:
    while not await follower.step():
        pass


async def claimed(client: httpx.AsyncClient, code: str, rule: str, days: int = 30) -> dict[str, Any]:
    """Return what a campaign claims, by order, from all pages."""
    found, cursor = dict[str, Any](), None
    while True:
        params = {"rule": rule, "days": str(days), "limit": "4", **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/v1/campaigns/campaign:{code}/orders", params=params)).json()
        AttributedOrders.model_validate(page)
        found |= {each["order_id"]: each for each in page["items"]}
        cursor = page["next"]
        if cursor is None:
            return found


async def test_a_campaign_is_known_by_its_code(client: httpx.AsyncClient) -> None:
    code = name("c")
    sent = campaign(code, form="event", filter={"field": "region", "op": "eq", "value": "East"})
    made = await post(client, "/v1/campaigns", sent)
    assert CampaignRead.model_validate(made).model_dump().keys() == made.keys()
    assert await post(client, "/v1/campaigns", sent, 200) == made
    path, headers = f"/v1/campaigns/{made['id']}", {"If-Match": '"1"'}
    answer = await client.patch(path, json={"code": name("c")}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "source_key_taken")  # it keeps its code
    answer = await client.patch(path, json={"last_day": "2026-02-01"}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/last_day")
    assert (await client.get(f"/v1/campaigns/campaign:{code}")).json()["id"] == made["id"]


async def test_figures_count_each_customer_once(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    code, names = name("c"), [name() for _ in range(4)]
    ids = [peer.put(each) for each in names]
    await told(follower)
    await post(client, "/v1/campaigns", campaign(code))
    members = [
        {"campaign": code, "customer": key(each), "at": "2026-03-01T00:00:00Z"} for each in [*names, names[0]]
    ]
    members[3]["status"] = "attended"
    await post(client, "/v1/campaign-members/batch", {"items": members}, 200)
    for who, direction in ((0, "outbound"), (0, "outbound"), (1, "none"), (0, "inbound")):
        sent = contact(key(names[who]), direction=direction, campaign=code)
        await post(client, "/v1/interactions", sent)
    line = {"amount": "100.00", "cost": "60.00"}
    bought = {"placed_at": "2026-03-09T00:00:00Z"}
    await post(client, "/v1/orders", order(name("SO"), names[0], lines=[line, line], **bought))
    await post(client, "/v1/orders", order(name("SO"), names[3], lines=[line, {"amount": "5"}], **bought))
    await post(client, "/v1/orders", order(name("SO"), names[2], **bought))  # not touched
    await post(client, "/v1/orders", order(name("SO"), names[0], status="cancelled", **bought))
    cost = {"kind": "attract", "amount": "30", "currency": "CNY", "first_day": "2026-03-01", "campaign": code}
    await post(client, "/v1/shared-costs", {**cost, "among": "all", "basis": "equal"})
    await post(client, "/v1/costs", {**cost, "customer": key(names[1]), "amount": "1.50"})
    found = (await client.get(f"/v1/campaigns/campaign:{code}/figures")).json()
    assert CampaignFigures.model_validate(found).model_dump(mode="json") == found
    counts = {each: found[each] for each in ("audience", "touched", "responded", "buyers")}
    assert counts == {"audience": 4, "touched": 3, "responded": 2, "buyers": 2}
    assert found["money"] == [
        {
            "currency": "CNY",
            "orders": 2,
            "revenue": "305.00",
            "margin": "80.00",
            "orders_without_margin": 1,
            "cost": "31.50",
        }
    ]
    peer.merge(ids[0], ids[1])
    await told(follower)
    found = (await client.get(f"/v1/campaigns/campaign:{code}/figures")).json()
    assert (found["audience"], found["touched"]) == (3, 2)


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_order_is_claimed_once_by_each_rule(
    client: httpx.AsyncClient, peer: Peer, seed: int, follower: Follower
) -> None:
    """Three campaigns touch six customers at random: the claims are those of a count in plain Python."""
    chance, days = random.Random(seed), 10  # noqa: S311 - a test that can be repeated
    codes, names = sorted(name("c") for _ in range(3)), [name() for _ in range(6)]
    for each in names:
        peer.put(each)
    await told(follower)
    for code in codes:
        await post(client, "/v1/campaigns", campaign(code))
    touches = defaultdict[str, list[tuple[datetime, str]]](list)
    rows = []
    for minute in range(40):
        who, code, at = (
            chance.choice(names),
            chance.choice(codes),
            START + timedelta(hours=chance.randint(0, 700)),
        )
        at += timedelta(minutes=minute)  # no two at once
        touches[who].append((at, code))
        rows.append({**contact(key(who), direction="outbound", campaign=code), "occurred_at": at.isoformat()})
    await post(client, "/v1/interactions/batch", {"items": rows}, 200)
    wanted: dict[str, dict[tuple[str, str], Decimal]] = {rule: {} for rule in RULES}
    sold = dict[str, Decimal]()
    for _ in range(25):
        who, at = chance.choice(names), START + timedelta(hours=chance.randint(0, 900), seconds=7)
        amount = f"{chance.randint(1, 999)}.{chance.randint(0, 99):02}"
        lines = [{"amount": amount}]
        made = await post(client, "/v1/orders", order(name("SO"), who, lines=lines, placed_at=at.isoformat()))
        near = sorted(each for each in touches[who] if at - timedelta(days) <= each[0] <= at)
        if not near:
            continue
        sold[made["id"]] = Decimal(amount)
        wanted["last_touch"][made["id"], near[-1][1]] = Decimal(1)
        wanted["first_touch"][made["id"], near[0][1]] = Decimal(1)
        for _, code in near:
            held = wanted["linear"].get((made["id"], code), Decimal())
            wanted["linear"][made["id"], code] = held + Decimal(1) / len(near)
    for rule in RULES:
        found = {code: await claimed(client, code, rule, days) for code in codes}
        shares = {(id_, code): each for code, some in found.items() for id_, each in some.items()}
        assert {pair: pytest.approx(float(share)) for pair, share in wanted[rule].items()} == {
            pair: each["share"] for pair, each in shares.items()
        }, rule
        revenue = defaultdict[str, Decimal](Decimal)
        for (id_, _), each in shares.items():
            revenue[id_] += Decimal(each["amount"])
        assert revenue == sold, rule
        for code in codes:
            params = {"rule": rule, "days": str(days)}
            told_ = (await client.get(f"/v1/campaigns/campaign:{code}/figures", params=params)).json()
            mine = [Decimal(each["amount"]) for (_, by), each in shares.items() if by == code]
            (money,) = told_["money"] or [{"revenue": "0", "orders": 0}]
            assert (Decimal(money["revenue"]), money["orders"]) == (sum(mine), len(mine))


async def test_a_campaign_that_is_not_there_has_no_figures(client: httpx.AsyncClient) -> None:
    for path in ("figures", "orders"):
        assert (await client.get(f"/v1/campaigns/{UUID(int=5)}/{path}")).status_code == 404
        assert (await client.get(f"/v1/campaigns/campaign:{name()}/{path}")).status_code == 404
