"""A base too small to fit, and the runs that nobody asked for."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.services.scoring.base import Base, customer, order

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
async def small(base: Base) -> Base:
    """Four customers, three of whom have bought."""
    base.at(NOW)
    await base.customers(*map(customer, ("a", "b", "c", "prospect")))
    amounts = {"a": "10.00", "b": "300.00", "c": "20.00"}
    orders = [order(name, name, "2026-03-01", amount, currency="CNY") for name, amount in amounts.items()]
    await base.facts_told(*orders)
    return base


async def test_before_any_run_what_was_realized_is_told(small: Base, client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/scores/cdnow:b")
    assert "etag" not in answer.headers
    score = answer.json()
    assert score["realized"] == {"amount": "300.00", "currency": "CNY"}
    assert (score["prediction"], score["reason"], score["run_id"]) == (None, "not_enough_data", None)
    assert (await client.get("/v1/tiers")).json()["as_of"] is None


async def test_the_first_run_comes_by_itself_when_facts_have_settled(
    small: Base, client: httpx.AsyncClient
) -> None:
    assert not await small.worker.ask_once()
    small.at(NOW + timedelta(seconds=3))
    small.long_after()
    assert await small.worker.ask_once()
    assert await small.worker.run_once()
    await small.settle()
    runs = (await client.get("/v1/scoring-runs")).json()["items"]
    assert [(run["status"], run["requested_by"], run["predicts"]) for run in runs] == [
        ("done", "service:scoring", False)
    ]
    reasons = {one["status"] for one in runs[0]["estimator_versions"]}
    assert reasons == {"not_enough_data"}


async def test_without_enough_data_there_are_tier_and_classes(small: Base, client: httpx.AsyncClient) -> None:
    scores = (await client.get("/v1/scores")).json()["items"]
    assert [(one["realized"]["amount"], one["rank"]) for one in scores] == [
        ("300.00", 1),
        ("20.00", 2),
        ("10.00", 3),
    ]
    assert [one["tier"] for one in scores] == ["vip", "small", "small"]
    assert [one["rfm"]["m"] for one in scores] == [5, 4, 2]
    assert {one["rfm"]["r"] for one in scores} == {one["rfm"]["f"] for one in scores} == {5}
    for one in scores:
        assert (one["prediction"], one["reason"], one["parts"]) == (None, "not_enough_data", [])
    pyramid = (await client.get("/v1/tiers")).json()
    assert [tier["customers"] for tier in pyramid["items"]] == [1, 0, 0, 2]


async def test_a_prospect_has_a_score_and_nobody_else(small: Base, client: httpx.AsyncClient) -> None:
    score = (await client.get("/v1/scores/cdnow:prospect")).json()
    assert (score["tier"], score["realized"]["amount"], score["purchase_days"]) == ("small", "0.00", 0)
    assert (await client.get("/v1/scores/cdnow:nobody")).status_code == 404


async def due(small: Base) -> bool:
    small.long_after()
    return await small.worker.ask_once()


async def test_no_run_is_due_until_the_day_or_the_base_changes(small: Base) -> None:
    assert not await due(small)
    await small.customers(customer("d"))
    await small.facts_told(order("d", "d", "2026-03-02", "40.00", currency="CNY"))
    await small.settle()
    assert await due(small)
    assert not await due(small)  # it is queued
    await small.worker.run_once()
    assert not await due(small)
    small.at(NOW + timedelta(days=1))
    assert await due(small)
    await small.worker.run_once()
    assert not await due(small)


async def test_a_pinned_base_stays_as_it_is(small: Base) -> None:
    await small.run(as_of="2026-03-05")
    small.at(NOW + timedelta(days=30))
    assert not await due(small)


async def test_after_a_failure_none_is_asked_for_at_once(small: Base, client: httpx.AsyncClient) -> None:
    await small.run()
    small.at(NOW + timedelta(days=31))
    run = (await client.post("/v1/scoring-runs", json={})).json()["id"]
    await client.post(f"/v1/scoring-runs/{run}/cancel")
    assert not await due(small)
    small.at(NOW + timedelta(days=31, minutes=11))
    assert await due(small)
