"""Costs fall upon customers: exactly, by their basis, and as a count in plain Python says."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from services.interaction.costs.schemas import AllocatedCosts, CostAllocation, CostRead, SharedCostRead
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, order, post
from tests.services.interaction.working import Work
from tests.support.running import Running

MARCH = {"since": "2026-03-01", "until": "2026-03-31"}


def cost(amount: str, **more: Any) -> dict[str, Any]:
    shown = {"kind": "keep", "currency": "CNY", "first_day": "2026-03-01", "last_day": "2026-03-31"}
    return {"source": key(name("CO")), "amount": amount, **shown, **more}


def split(amount: Decimal, weights: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """Share an amount by largest remainder: the oracle."""
    cents, total = int(abs(amount) * 100), sum(weights.values())
    whole = {who: cents * weight // total for who, weight in weights.items()}
    left = cents - sum(whole.values())
    order = sorted(weights, key=lambda who: (whole[who] - cents * weights[who] / total, who))
    for who in order[: int(left)]:
        whole[who] += 1
    sign = 1 if amount >= 0 else -1
    return {who: sign * Decimal(units) / 100 for who, units in whole.items()}


@pytest.fixture
async def people(client: httpx.AsyncClient, peer: Peer, follower: Follower) -> dict[str, UUID]:
    """Seven customers of one department that nobody else has; the department is the last name."""
    department = name("dep")
    found = {name(): UUID(int=0) for _ in range(7)}
    for each in found:
        found[each] = peer.put(each, department=department)
    while not await follower.step():
        pass
    return {**found, department: UUID(int=0)}


async def shares(client: httpx.AsyncClient, work: Work, cost_id: str, **asked: str) -> dict[UUID, Decimal]:
    """Let the worker share what waits; return who bears how much of a cost, from all pages."""
    await work()
    found, cursor = dict[UUID, Decimal](), None
    while True:
        params = {**MARCH, "limit": "3", **asked, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/costs/allocation", params=params)).json()
        CostAllocation.model_validate(page)
        for item in page["items"]:
            for costs in item["costs"]:
                assert sum(Decimal(each["amount"]) for each in costs["shares"]) == Decimal(costs["amount"])
                for each in costs["shares"]:
                    if each["cost_id"] == cost_id:
                        found[UUID(item["customer_id"])] = Decimal(each["amount"])
        cursor = page["next"]
        if cursor is None:
            return found


def among(people: Mapping[str, UUID]) -> tuple[dict[str, str], list[str], list[UUID]]:
    *names, department = people
    return {"among": "department", "name": department}, names, [people[each] for each in names]


@pytest.mark.parametrize("amount", ["100.00", "0.05", "-100.00", "10.001", "0"])
async def test_equal_shares_add_up_to_the_last_unit(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID], amount: str
) -> None:
    sharing, _, ids = among(people)
    made = await post(client, "/v1/shared-costs", cost(amount, basis="equal", **sharing))
    assert SharedCostRead.model_validate(made).model_dump().keys() == made.keys()
    found = await shares(client, work, made["id"])
    assert (sum(found.values()), set(found)) == (Decimal(amount), set(ids))
    assert max(found.values()) - min(found.values()) <= Decimal("0.01")
    if Decimal(amount) == round(Decimal(amount), 2):
        assert found == split(Decimal(amount), dict.fromkeys(ids, Decimal(1)))


async def test_revenue_contacts_and_weights_decide(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID]
) -> None:
    sharing, names, ids = among(people)
    chance, region = random.Random(5), name("R")  # noqa: S311 - a test that can be repeated
    revenue, contacts = dict.fromkeys(ids, Decimal()), dict.fromkeys(ids, Decimal())
    await client.put("/v1/exchange-rates/THB/CNY/2026-01-01", json={"rate": "0.2"})
    for who, id_ in zip(names, ids, strict=True):
        for at, status in (("2026-03-01", "shipped"), ("2026-03-31", "confirmed"), ("2026-03-09", "draft")):
            amount, currency = chance.randint(1, 900), chance.choice(["CNY", "THB"])
            sold = order(name("SO"), who, placed_at=f"{at}T23:00:00Z", status=status, currency=currency)
            await post(client, "/v1/orders", {**sold, "lines": [{"amount": str(amount)}], "region": region})
            revenue[id_] += 0 if status == "draft" else amount * Decimal("0.2" if currency == "THB" else 1)
        for _ in range(number := chance.randint(0, 3)):
            await post(client, "/v1/interactions", contact(key(who)))
        contacts[id_] += number
    late = order(name("SO"), names[0], placed_at="2026-04-01T00:00:00Z", region=region)
    await post(client, "/v1/orders", late)
    weights = {ids[0]: Decimal(1), ids[3]: Decimal("2.5")}
    given = [{"customer": str(who), "weight": str(weight)} for who, weight in weights.items()]
    for basis, wanted, more in [
        ("revenue", revenue, {}),
        ("interactions", contacts, {}),
        ("weight", weights, {"weights": given}),
        ("revenue", revenue, {"among": "region", "name": region}),
    ]:
        made = await post(client, "/v1/shared-costs", cost("99.99", basis=basis, **{**sharing, **more}))
        expected = split(Decimal("99.99"), {who: weight for who, weight in wanted.items() if weight})
        assert await shares(client, work, made["id"]) == expected, basis


async def test_a_window_takes_its_days_and_windows_add_up(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID]
) -> None:
    sharing, names, ids = among(people)
    own = await post(client, "/v1/costs", {**cost("10.00"), "customer": key(names[0])})
    assert CostRead.model_validate(own).model_dump().keys() == own.keys()
    made = await post(client, "/v1/shared-costs", cost("100.00", basis="equal", **sharing))
    for cost_id, total in ((own["id"], "10.00"), (made["id"], "100.00")):
        parts = [
            await shares(client, work, cost_id, since=since, until=until)
            for since, until in (("2026-02-01", "2026-03-10"), ("2026-03-11", "2026-03-11"))
        ]
        parts.append(await shares(client, work, cost_id, since="2026-03-12", until="2026-12-31"))
        assert sum(sum(part.values()) for part in parts) == Decimal(total)
        assert sum(parts[1].values()) == pytest.approx(Decimal(total) / 31, abs=Decimal("0.01"))
    mine = {"customer": f"erp:{names[0]}"}
    assert (await shares(client, work, own["id"], **mine)) == {ids[0]: Decimal("10.00")}
    one_day = await post(client, "/v1/costs", {**cost("1"), "customer": key(names[0]), "last_day": None})
    assert (one_day["first_day"], one_day["last_day"]) == ("2026-03-01", "2026-03-01")


async def test_merged_customers_bear_as_one(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID], peer: Peer, follower: Follower
) -> None:
    sharing, names, ids = among(people)
    made = await post(client, "/v1/shared-costs", cost("60.00", basis="equal", **sharing))
    own = await post(client, "/v1/costs", {**cost("5.00"), "customer": key(names[1])})
    peer.merge(ids[0], ids[1])
    while not await follower.step():
        pass
    assert await shares(client, work, made["id"]) == dict.fromkeys([ids[0], *ids[2:]], Decimal(10))
    assert await shares(client, work, own["id"]) == {ids[0]: Decimal(5)}


async def test_a_cost_that_nobody_bears_is_told(
    client: httpx.AsyncClient, work: Work, interaction: Running
) -> None:
    interaction.core.clock = lambda: datetime(2026, 3, 10, tzinfo=UTC)
    nobody = {"among": "department", "name": name("nobody"), "basis": "equal"}
    made = await post(client, "/v1/shared-costs", cost("7.00", **nobody))
    await work()
    page = (await client.get("/v1/shared-costs/allocated", params={**MARCH, "limit": "1000"})).json()
    AllocatedCosts.model_validate(page)
    (row,) = [each for each in page["items"] if each["cost_id"] == made["id"]]
    assert (row["amount"], row["allocated"], row["customers"]) == ("7.00", "0.00", 0)
    for other in page["items"]:
        assert Decimal(other["allocated"]) in {Decimal(other["amount"]), Decimal()}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"last_day": "2026-02-28"}, "/last_day"),
        ({"name": "East"}, "/name"),
        ({"among": "region"}, "/name"),
        ({"basis": "weight"}, "/weights"),
        ({"basis": "weight", "weights": [{"customer": key("nobody"), "weight": "1"}]}, "/weights/0/customer"),
        ({"weights": [{"customer": key("nobody"), "weight": "0"}]}, "/weights/0/weight"),
        ({"kind": "waste"}, "/kind"),
    ],
)
async def test_what_is_no_shared_cost_is_refused(
    client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str
) -> None:
    refused = await post(client, "/v1/shared-costs", cost("1", among="all", basis="equal") | wrong, 422)
    assert [error["pointer"] for error in refused["errors"]] == [pointer]
