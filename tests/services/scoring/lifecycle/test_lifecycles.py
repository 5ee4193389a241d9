"""Lifecycles over HTTP: judged after runs and touches, told to the feed, seen with the customer."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from feed.consumer import Received
from services.scoring.lifecycle.judging import Basis
from services.scoring.lifecycle.thresholds import Phase
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, cdnow, customer, id_of, order, product
from tests.services.scoring.charts.rendering import drawn, picture
from tests.support.running import Running

NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def judged(base: Base) -> Base:
    """300 customers with orders, one without, two that buy each week, one of these of more and more."""
    base.at(NOW)
    customers, orders = cdnow(300, "CNY")
    weekly = [f"1998-{month:02}-{day:02}" for month in range(1, 7) for day in (3, 10, 17, 24)]
    await base.customers(*customers, customer("silent"), customer("weekly", owner="u-own"), customer("wider"))
    await base.facts_told(
        *orders, *(order(f"w {day}", "weekly", day, "50.00", currency="CNY") for day in weekly)
    )
    tea, coffee = (product(name, category=name) for name in ("tea", "coffee"))
    await base.facts_told(tea, coffee, *(sold(day, "coffee" if day > "1998-05" else "tea") for day in weekly))
    await base.run()
    await base.settle()
    return base


def sold(day: str, what: str) -> Received:
    line = {"line": 1, "product_id": str(id_of(what)), "quantity": "1", "amount": "50.00", "cost": None}
    return order(f"wider {day}", "wider", day, "50.00", currency="CNY", lines=[line])


async def lifecycle(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/lifecycles/cdnow:{name}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def everybody(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    items, cursor = list[dict[str, Any]](), None
    while True:
        given = {**asked, "limit": "100", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/lifecycles", params=given)).raise_for_status().json()
        items += page["items"]
        if (cursor := page["next"]) is None:
            return items


async def test_everybody_has_a_state_with_its_reason(judged: Base, client: httpx.AsyncClient) -> None:
    items = await everybody(client)
    assert len(items) == 303
    assert {Phase.PROSPECT, Phase.LOST, Phase.STABILITY} <= {one["state"] for one in items}
    lost = [one for one in items if one["state"] == Phase.LOST]
    assert await everybody(client, state="lost") == lost
    assert all(one["rule"] == "gone" and one["value"] < one["limit"] == 0.25 for one in lost)
    for one in items:
        steps = one["trajectory"]
        assert [one["state"], one["since"]] == (
            [steps[-1]["state"], steps[-1]["day"]] if steps else ["prospect", None]
        )
    recent = await everybody(client, changed_since="1998-06-01")
    assert recent == [one for one in items if one["since"] and one["since"] >= "1998-06-01"]


async def test_one_is_told_with_the_numbers_of_the_day(judged: Base, client: httpx.AsyncClient) -> None:
    found = await lifecycle(client, "weekly")
    assert (found["state"], found["rule"], found["as_of"]) == ("stability", "steady_spend", "1998-07-01")
    numbers = found["numbers"]
    assert (numbers["orders"], numbers["gap"], numbers["cv"]) == (24, 7, pytest.approx(0, abs=1e-6))
    assert numbers["gap_typical"] < 10 < numbers["gap_limit"]
    score = (await client.get("/v1/scores/cdnow:weekly")).json()
    # who buys to the day is surer to be there after a week of silence than by chance alone
    assert score["prediction"]["p_alive"] < numbers["p_alive"] < 1
    kept = next(one for one in await everybody(client) if one["customer_id"] == str(id_of("weekly")))
    assert {name: found[name] for name in ("id", "state", "since", "rule", "trajectory")} == {
        name: kept[name] for name in ("id", "state", "since", "rule", "trajectory")
    }


async def test_who_begins_to_buy_of_another_category_builds_up(
    judged: Base, client: httpx.AsyncClient
) -> None:
    found = await lifecycle(client, "wider")
    assert (found["state"], found["rule"], found["numbers"]["new_categories"]) == (
        "build_up",
        "new_category",
        1,
    )
    assert (await lifecycle(client, "weekly"))["numbers"]["new_categories"] == 0


async def test_a_prospect_becomes_a_customer_by_its_first_order(
    judged: Base, client: httpx.AsyncClient
) -> None:
    assert (await lifecycle(client, "silent"))["state"] == "prospect"
    await judged.facts_told(order("first", "silent", "1998-06-30", "10.00", currency="CNY"))
    await judged.settle()
    found = await lifecycle(client, "silent")
    assert (found["state"], found["since"], found["rule"]) == ("exploration", "1998-06-30", "first_order")
    last = await judged.scoring.database.pool.fetchrow(
        "select type, subjects, fields from scoring.feed"
        " where type like 'lifecycle.%' order by seq desc limit 1"
    )
    assert (last["type"], str(last["subjects"][0])) == ("lifecycle.updated", found["id"])
    assert set(last["fields"]) == {"state", "since", "rule", "changes"}
    await judged.facts_told(order("first", "silent", "1998-06-30", "10.00", version=2, gone=True))
    await judged.settle()
    assert (await lifecycle(client, "silent"))["state"] == "prospect"


async def test_a_return_after_a_loss_is_won_back_at_once(judged: Base, client: httpx.AsyncClient) -> None:
    lost = (await everybody(client, state="lost"))[0]
    name = next(
        n for n in (f"{number:05}" for number in range(1, 4000)) if str(id_of(n)) == lost["customer_id"]
    )
    await judged.facts_told(order("back", name, "1998-06-29", "10.00", currency="CNY"))
    await judged.settle()
    found = await lifecycle(client, name)
    assert (found["state"], found["since"], found["rule"]) == ("won_back", "1998-06-29", "returned")
    assert found["trajectory"][:-1] == lost["trajectory"]


async def test_touches_leave_what_a_round_finds(judged: Base, client: httpx.AsyncClient) -> None:
    """Everybody judged again says the same of who was touched: nothing changes, nothing is told."""
    pool = judged.scoring.database.pool
    before = await everybody(client)
    told = await pool.fetchval("select count(*) from scoring.feed where type like 'lifecycle.%'")
    await pool.execute(
        "update scoring.lifecycle_rounds set done = false, after = '00000000-0000-0000-0000-000000000000'"
    )
    await judged.settle()
    assert await everybody(client) == before
    assert await pool.fetchval("select count(*) from scoring.feed where type like 'lifecycle.%'") == told


async def test_the_flow_adds_up(judged: Base, client: httpx.AsyncClient) -> None:
    asked = {"since": "1997-06-01", "until": "1998-06-01", "include": "chart"}
    flow = (await client.get("/v1/lifecycle-flow", params=asked)).raise_for_status().json()
    items = await everybody(client)
    assert flow["customers"] == len(items) == sum(one["customers"] for one in flow["flows"])
    for name, day in (("before", "1997-06-01"), ("after", "1998-06-01")):
        counted = {one["state"]: one[name] for one in flow["states"]}
        expected = dict.fromkeys(counted, 0)
        for one in items:
            steps = [step["state"] for step in one["trajectory"] if step["day"] <= day]
            expected[steps[-1] if steps else "prospect"] += 1
        assert counted == expected
        assert {
            state: sum(f["customers"] for f in flow["flows"] if f[name] == state) for state in counted
        } == counted
    assert drawn(flow["chart"])["rect"] == len(flow["flows"]) or drawn(flow["chart"]).total() > len(
        flow["flows"]
    )
    assert len(picture(flow["chart"])) > 5_000
    wrong = await client.get("/v1/lifecycle-flow", params={"since": "1998-01-02", "until": "1998-01-01"})
    assert wrong.status_code == 422


async def test_only_who_sees_the_customer_sees_it(
    judged: Base, scoring: Running, client: httpx.AsyncClient
) -> None:
    own = scoring.client(Principal("u-own", frozenset(("scores:read",)), visibility=Visibility.OWN))
    assert [one["customer_id"] for one in await everybody(own)] == [str(id_of("weekly"))]
    asked = {"since": "1997-06-01", "until": "1998-06-01"}
    assert (await own.get("/v1/lifecycle-flow", params=asked)).json()["customers"] == 1
    assert (await own.get("/v1/lifecycles/cdnow:00004")).status_code == 404
    assert (await own.get("/v1/lifecycles/cdnow:weekly")).status_code == 200


async def test_a_merged_customer_answers_to_its_old_name_and_an_erased_one_to_none(
    judged: Base, client: httpx.AsyncClient
) -> None:
    names = [{"system": "cdnow", "kind": "", "id": each} for each in ("00004", "00111")]
    merged = {"identities": names, "merged_ids": [str(id_of("00111"))]}
    await judged.customers(customer("00004", 2, **merged), customer("00111", 2, gone=True))
    await judged.settle()
    assert (await client.get(f"/v1/lifecycles/{id_of('00111')}")).json()["customer_id"] == str(id_of("00004"))
    assert str(id_of("00111")) not in {one["customer_id"] for one in await everybody(client)}
    await judged.customers(customer("00021", 2, gone=True))
    await judged.settle()
    assert (await client.get(f"/v1/lifecycles/{id_of('00021')}")).status_code == 404
    assert str(id_of("00021")) not in {one["customer_id"] for one in await everybody(client)}


async def test_limits_are_a_firms_own_and_judge_everybody_anew(
    judged: Base, client: httpx.AsyncClient
) -> None:
    held = await client.get("/v1/lifecycle-settings")
    assert held.json()["period_days"] == 14
    lost = len(await everybody(client, state="lost"))
    tag = {"If-Match": held.headers["etag"]}
    wrong = await client.put("/v1/lifecycle-settings", json={"lost_p_alive": 0.6}, headers=tag)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/lost_p_alive")
    assert (await client.put("/v1/lifecycle-settings", json={"lost_p_alive": 0.4})).status_code == 428
    changed = await client.put("/v1/lifecycle-settings", json={"lost_p_alive": 0.4}, headers=tag)
    assert (changed.status_code, changed.json()["lost_p_alive"]) == (200, 0.4)
    await judged.settle()
    assert len(await everybody(client, state="lost")) > lost
    basis = await Basis.read(judged.scoring.database.pool)
    assert basis is not None
    assert (basis.limits.lost_p_alive, basis.settings_version) == (0.4, changed.json()["version"])
