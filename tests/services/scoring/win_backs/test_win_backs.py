"""Win-backs: each factor is shown, their product is the gain, and the most is first."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.services.scoring.base import Base, cdnow

NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def judged(base: Base) -> Base:
    base.at(NOW)
    customers, orders = cdnow(400, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    await base.run()
    await base.settle()
    return base


async def test_the_gain_is_what_its_factors_make(judged: Base, client: httpx.AsyncClient) -> None:
    held = await client.get("/v1/win-back-settings")
    body = {"response_lost": 0.2, "response_decline": 0.4, "cost": "2.50"}
    tag = {"If-Match": held.headers["etag"]}
    assert (await client.put("/v1/win-back-settings", json=body, headers=tag)).json()["cost"] == "2.50"
    found, cursor = [], None
    while True:
        asked = {"limit": "70", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/win-backs", params=asked)).raise_for_status().json()
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    lost = (await client.get("/v1/lifecycles", params={"state": "lost", "limit": 1000})).json()["items"]
    declining = (await client.get("/v1/lifecycles", params={"state": "decline", "limit": 1000})).json()[
        "items"
    ]
    assert {one["customer_id"] for one in found} == {one["customer_id"] for one in (*lost, *declining)}
    gains = [float(one["gain"]["amount"]) for one in found]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0
    assert gains[-1] < 0
    for one in found:
        assert one["response"] == (0.2 if one["state"] == "lost" else 0.4)
        product = one["p_lost"] * float(one["value_if_back"]["amount"]) * one["response"] - 2.5
        assert float(one["gain"]["amount"]) == pytest.approx(product, abs=0.011)
    best = found[0]
    score = (await client.get(f"/v1/scores/{best['customer_id']}")).json()
    assert best["p_lost"] == pytest.approx(1 - score["prediction"]["p_alive"])
    value = float(score["prediction"]["value_12m"]["amount"]) / score["prediction"]["p_alive"]
    assert float(best["value_if_back"]["amount"]) == pytest.approx(value, abs=0.006)
    worth = (
        await client.get("/v1/win-backs", params={"min_gain": 0, "state": "lost", "limit": 1000})
    ).json()["items"]
    assert worth == [one for one in found if one["state"] == "lost" and float(one["gain"]["amount"]) >= 0]


async def test_shares_and_costs_are_checked(client: httpx.AsyncClient) -> None:
    tag = {"If-Match": (await client.get("/v1/win-back-settings")).headers["etag"]}
    for body, pointer in (({"response_lost": 1.5}, "/response_lost"), ({"cost": "-1"}, "/cost")):
        refused = await client.put("/v1/win-back-settings", json=body, headers=tag)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
