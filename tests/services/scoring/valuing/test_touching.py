"""Touched customers: scored again by themselves, by what the newest run found, at the right day."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.scoring.runs import actions as runs
from services.scoring.scores.actions import lock_alone
from services.scoring.valuing import touching
from services.scoring.valuing.carrying import WORKER
from services.scoring.valuing.touching import score_touched
from shared.ids import uuid7
from tests.services.scoring.base import Base, cdnow, customer, order

NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def scored(base: Base) -> Base:
    """600 customers, an unpinned run on 1998-07-01."""
    base.at(NOW)
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    run = await base.run()
    assert (run["as_of"], run["pinned"], run["predicts"]) == ("1998-07-01", False, True)
    await base.settle()
    return base


async def score(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/scores/cdnow:{name}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_order_changes_the_score_of_its_customer_only(
    scored: Base, client: httpx.AsyncClient
) -> None:
    before, other = await score(client, "00004"), await score(client, "00021")
    await scored.facts_told(order("new", "00004", "1998-07-01", "50.00", currency="CNY"))
    await scored.settle()
    after = await score(client, "00004")
    assert float(after["realized"]["amount"]) == float(before["realized"]["amount"]) + 50
    assert after["purchase_days"] == before["purchase_days"] + 1
    assert after["prediction"]["p_alive"] > before["prediction"]["p_alive"]
    assert after["rfm"]["r"] == 5
    assert (after["run_id"], after["rank"]) == (before["run_id"], before["rank"])
    assert after["version"] == before["version"] + 1
    assert await score(client, "00021") == other


async def test_it_is_what_a_run_of_the_day_finds(scored: Base, client: httpx.AsyncClient) -> None:
    await scored.facts_told(order("more", "00111", "1998-06-30", "20.00", currency="CNY"))
    await scored.settle()
    alone = await score(client, "00111")
    await scored.run()
    whole = await score(client, "00111")
    for figure in ("realized", "purchase_days", "coverage", "rfm", "as_of", "facts_after"):
        assert alone[figure] == whole[figure]


async def test_an_older_version_changes_nothing(scored: Base, client: httpx.AsyncClient) -> None:
    await scored.facts_told(order("fix", "00021", "1998-06-01", "30.00", currency="CNY", version=3))
    await scored.settle()
    before = await score(client, "00021")
    await scored.facts_told(order("fix", "00021", "1998-06-01", "99.00", currency="CNY", version=2))
    await scored.facts_told(order("fix", "00021", "1998-06-01", "30.00", currency="CNY", version=3))
    await scored.settle()
    assert await score(client, "00021") == before
    await scored.facts_told(order("fix", "00021", "1998-06-01", "30.00", version=4, gone=True))
    await scored.settle()
    assert (
        float((await score(client, "00021"))["realized"]["amount"])
        == float(before["realized"]["amount"]) - 30
    )


async def test_a_new_customer_has_a_tier_at_once_and_a_rank_later(
    scored: Base, client: httpx.AsyncClient
) -> None:
    await scored.customers(customer("rich"))
    assert (await score(client, "rich"))["purchase_days"] == 0
    days = [f"1998-06-{day:02}" for day in range(1, 29)]
    await scored.facts_told(*(order(f"rich {day}", "rich", day, "400.00", currency="CNY") for day in days))
    await scored.settle()
    found = await score(client, "rich")
    assert (found["tier"], found["segment"], found["rank"]) == ("vip", "key", None)
    assert (await client.get("/v1/scores", params={"tier": "vip", "limit": 1})).json()["items"] == [found]
    await scored.run()
    assert (await score(client, "rich"))["rank"] == 1


async def test_a_fact_during_a_run_is_scored_again_after_it(scored: Base, client: httpx.AsyncClient) -> None:
    """The run may have read before the fact, and would then publish the older figure over the newer."""
    pool, token = scored.scoring.database.pool, uuid7()
    asked = await client.post("/v1/scoring-runs", json={})
    assert await runs.claim(pool, token) is not None
    await scored.facts_told(order("during", "00050", "1998-07-01", "10.00", currency="CNY"))
    assert await scored.worker.touch_once()
    assert not await scored.worker.touch_once()
    assert (await client.get("/v1/scoring-status")).json()["waiting"] == 1
    await client.post(f"/v1/scoring-runs/{asked.json()['id']}/cancel")
    await scored.settle()
    assert (await client.get("/v1/scoring-status")).json()["waiting"] == 0


async def test_a_fact_that_comes_while_its_customer_is_scored_is_scored_next(
    scored: Base, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tells of it waits for nobody, since no mark is locked; and the mark that it leaves stays."""
    await scored.settle()
    before, write = await score(client, "00071"), touching.write

    async def told_meanwhile(*given: Any, **how: Any) -> int:
        monkeypatch.undo()
        await scored.facts_told(order("late", "00071", "1998-07-01", "10.00", currency="CNY"))
        return await write(*given, **how)

    monkeypatch.setattr(touching, "write", told_meanwhile)
    await scored.facts_told(order("soon", "00071", "1998-07-01", "10.00", currency="CNY"))
    assert await scored.worker.touch_once()
    assert (await client.get("/v1/scoring-status")).json()["waiting"] == 1
    assert float((await score(client, "00071"))["realized"]["amount"]) == (
        float(before["realized"]["amount"]) + 10
    )
    await scored.settle()
    assert float((await score(client, "00071"))["realized"]["amount"]) == (
        float(before["realized"]["amount"]) + 20
    )


async def test_nobody_is_scored_while_a_run_publishes(scored: Base) -> None:
    database = scored.scoring.database
    await scored.facts_told(order("while", "00071", "1998-07-01", "10.00", currency="CNY"))
    async with database.begin(WORKER, at=NOW) as publishing:
        await lock_alone(publishing)
        async with database.begin(WORKER, at=NOW) as other:
            assert await score_touched(other) == 0
    await scored.settle()


async def test_scores_are_told_to_the_feed_once_for_each_change(scored: Base) -> None:
    await scored.settle()
    pool = scored.scoring.database.pool
    counted = "select coalesce(sum(n), 0) from scoring.feed"
    before = await pool.fetchval(counted)
    await scored.facts_told(order("told", "00086", "1998-07-01", "10.00", currency="CNY"))
    await scored.settle()
    await scored.settle()
    assert await pool.fetchval(counted) == before + 1
    last = await pool.fetchrow("select type, subjects, fields from scoring.feed order by seq desc limit 1")
    assert last["type"] == "score.updated"
    assert {"value", "realized"} <= set(last["fields"])
    history = await pool.fetchval(
        "select diff from scoring.history where subject = $1 order by version desc", last[1][0]
    )
    assert history["realized"]["to"] == pytest.approx(history["realized"]["from"] + 10)


async def test_facts_after_a_pinned_day_are_counted_not_scored(
    scored: Base, client: httpx.AsyncClient
) -> None:
    await scored.run(as_of="1998-03-31")
    before = await score(client, "00004")
    await scored.facts_told(order("after", "00004", "1998-07-01", "70.00", currency="CNY"))
    await scored.settle()
    after = await score(client, "00004")
    assert after["facts_after"] == before["facts_after"] + 1
    values = [float(one["prediction"]["p50"]["amount"]) for one in (before, after)]
    assert values[0] == pytest.approx(values[1], rel=1e-7)  # as exactly as a quantile is solved
    same = set(after) - {"facts_after", "version", "prediction"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    await scored.customers(customer("later"))
    await scored.facts_told(order("later", "later", "1998-07-01", "70.00", currency="CNY"))
    await scored.settle()
    later = await score(client, "later")
    assert (later["realized"]["amount"], later["facts_after"], later["as_of"]) == ("0.00", 1, "1998-03-31")
    assert (later["prediction"], later["reason"]) == (None, "not_enough_data")
