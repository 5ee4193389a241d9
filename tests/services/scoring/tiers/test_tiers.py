"""Tiers over HTTP: cuts as set, kept by touches, migration that adds up, pictures."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.services.scoring.base import Base, cdnow, order
from tests.services.scoring.charts.rendering import drawn

EARLY, LATE = datetime(1997, 9, 30, 12, tzinfo=UTC), datetime(1998, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def twice(base: Base) -> Base:
    """300 customers who are scored on two days, most of them in both."""
    customers, orders = cdnow(300, "CNY")
    base.at(EARLY)
    await base.customers(*customers)
    early = [one for one in orders if one.data["placed_at"] < "1997-10-01"]
    newcomers = {str(one.data["customer_id"]) for one in early[:10]}
    await base.facts_told(*(one for one in early if str(one.data["customer_id"]) not in newcomers))
    await base.run()
    base.at(LATE)
    await base.facts_told(*orders)
    await base.run()
    return base


async def pyramid(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/v1/tiers", params={"include": "chart"})).json()
    return found


async def put(client: httpx.AsyncClient, **body: object) -> httpx.Response:
    tag = (await client.get("/v1/tier-settings")).headers["etag"]
    return await client.put("/v1/tier-settings", json=body, headers={"If-Match": tag})


async def begun(base: Base) -> None:
    """Let the worker ask for what is due, and do it."""
    base.long_after()
    while await base.worker.run_once():
        base.long_after()


async def test_migration_adds_up_to_both_pyramids(twice: Base, client: httpx.AsyncClient) -> None:
    asked = {"since": "1997-09-30", "until": "1998-07-01", "include": "chart"}
    found = (await client.get("/v1/tier-migration", params=asked)).raise_for_status().json()
    now = {item["tier"]: item["customers"] for item in (await pyramid(client))["items"]}
    assert {one["tier"]: one["after"] for one in found["tiers"]} == now
    for name in ("before", "after"):
        for one in found["tiers"]:
            assert one[name] == sum(move["customers"] for move in found["moves"] if move[name] == one["tier"])
    parts = [found[name] for name in ("new", "gone", "stayed", "up", "down")]
    assert sum(parts) == found["customers"] == 300
    assert found["new"] > 0 == found["gone"]
    assert min(found["up"], found["down"], found["stayed"]) > 0
    assert drawn(found["chart"]).total() >= 24
    same = (
        await client.get("/v1/tier-migration", params={"since": "1998-07-01", "until": "1998-07-01"})
    ).json()
    assert same["stayed"] == same["customers"] == 300
    none = (
        await client.get("/v1/tier-migration", params={"since": "1990-01-01", "until": "1990-01-02"})
    ).json()
    assert none["customers"] == 0
    assert (
        await client.get("/v1/tier-migration", params={"since": "1998-01-02", "until": "1998-01-01"})
    ).status_code == 422


async def test_the_pyramid_says_how_unequal_it_is(twice: Base, client: httpx.AsyncClient) -> None:
    found = await pyramid(client)
    assert found["cut"] == {"by": "customers", "limits": [1, 5, 20]}
    best = sum(item["value_share"] for item in found["items"][:3])
    assert found["top_fifth_share"] == pytest.approx(best)
    assert drawn(found["chart"]).total() >= 8


async def test_cuts_by_value_and_by_amount_hold_for_runs_and_touches(
    twice: Base, client: httpx.AsyncClient
) -> None:
    assert (await put(client, by="value", limits=[80, 95, 100])).status_code == 200
    wanted = {"by": "value", "limits": [80, 95, 100]}
    before = await pyramid(client)
    assert (before["cut"]["by"], before["next_cut"]) == ("customers", wanted)  # the newest run's still
    await begun(twice)
    run = (await client.get("/v1/scoring-runs", params={"limit": 1})).json()["items"][0]
    assert run["reason"] == "cut"
    assert not any(version["run_id"] == run["id"] for version in run["estimator_versions"])
    found = await pyramid(client)
    assert (found["cut"], found["next_cut"]) == (wanted, None)
    shares = [item["value_share"] for item in found["items"]]
    assert shares[0] >= 0.8 > shares[0] - 0.02
    assert sum(shares[:2]) >= 0.95
    assert (await put(client, by="amount", limits=[1000, 100, 0.5])).status_code == 200
    await begun(twice)
    values = (await client.get("/v1/scores", params={"tier": "major", "limit": 1000})).json()["items"]
    amounts = [float(one["prediction"]["value_12m"]["amount"]) for one in values]
    assert 100 <= min(amounts) <= max(amounts) < 1000
    days = [f"1998-06-{day:02}" for day in range(1, 29)]
    await twice.facts_told(*(order(f"rich {day}", "00004", day, "900.00", currency="CNY") for day in days))
    await twice.settle()
    assert (await client.get("/v1/scores/cdnow:00004")).json()["tier"] == "vip"


@pytest.mark.parametrize(
    "body",
    [
        {"by": "customers", "limits": [5, 1, 20]},
        {"by": "value", "limits": [80, 95, 101]},
        {"by": "amount", "limits": [1, 2, 3]},
        {"limits": [1, 2]},
    ],
)
async def test_limits_are_checked(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    refused = await put(client, **body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/limits")
