"""The runs that nobody asks for: what they score with, when they fit anew, and what they find out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.scoring.backtests.running import KIND, BacktestRun
from services.scoring.base import JOBS
from tests.services.scoring.base import Base, cdnow, order

BEGIN = datetime(1998, 4, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def living(base: Base, here: None) -> Base:
    """600 customers and what they had bought by the first of April 1998."""
    base.at(BEGIN)
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers)
    known = [one for one in orders if one.data["placed_at"] < "1998-04-01"]
    await base.facts_told(*known)
    await base.settle()
    return base


async def on(base: Base, day: int, client: httpx.AsyncClient) -> dict[str, Any]:
    """Let the worker do what is due so many days later; return the newest run."""
    base.at(BEGIN + timedelta(days=day, seconds=5))  # facts have settled
    base.long_after()
    while await base.worker.run_once():
        base.long_after()
    run = await newest(client, "/v1/scoring-runs")
    assert run["status"] == "done", run
    return run


async def setting(client: httpx.AsyncClient, **body: Any) -> None:
    tag = (await client.get("/v1/scoring-settings")).headers["etag"]
    answer = await client.put("/v1/scoring-settings", json=body, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


async def approve(client: httpx.AsyncClient, version: dict[str, Any]) -> None:
    headers, body = {"If-Match": f'"{version["version"]}"'}, {"reason": "For a test.", "rescore": False}
    answer = await client.post(f"/v1/estimators/{version['id']}/approve", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def newest(client: httpx.AsyncClient, path: str, **chosen: Any) -> dict[str, Any]:
    answer = await client.get(path, params={**chosen, "limit": 1})
    found: dict[str, Any] = answer.json()["items"][0]
    return found


def fit_of(run: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in run["estimator_versions"] if one["kind"] == run["estimator"])


async def test_a_night_does_only_what_it_needs(living: Base, client: httpx.AsyncClient) -> None:
    first = await on(living, 0, client)
    assert (first["reason"], first["fits"], first["drift"]) == ("first", True, None)
    second = await on(living, 1, client)
    assert (second["reason"], second["fits"]) == ("daily", False)
    assert second["estimator_version"] == fit_of(first)["id"] == fit_of(second)["id"]
    assert (second["drift"]["found"], second["drift"]["tracking"]) == (False, None)
    assert (await on(living, 1, client))["id"] == second["id"], "one a day"
    week = await on(living, 7, client)
    assert (week["reason"], week["fits"], week["as_of"]) == ("scheduled", True, "1998-04-08")
    assert fit_of(week)["cut_off"] == "1998-04-08"


async def test_drift_is_told_and_answered_with_a_fit(living: Base, client: httpx.AsyncClient) -> None:
    """Suddenly the best customers buy every other day."""
    champion = fit_of(await on(living, 7, client))
    await approve(client, champion)
    await setting(client, approval="automatic", refit_days=30)
    best = (await client.get("/v1/scores", params={"limit": 150})).json()["items"]
    told = [
        order(f"{id_} {day}", "?", f"1998-04-{day}", "10.00", currency="CNY", customer_id=id_)
        for id_ in (one["customer_id"] for one in best)
        for day in (10, 12, 14)
    ]
    await living.facts_told(*told)
    await living.settle()
    found = await on(living, 15, client)
    runs = (await client.get("/v1/scoring-runs", params={"limit": 2})).json()["items"]
    nightly = runs[1]
    assert (nightly["reason"], nightly["fits"], nightly["estimator_version"]) == (
        "daily",
        False,
        champion["id"],
    )
    tracking = nightly["drift"]["tracking"]
    assert (tracking["days"], tracking["outside"]) == (8, True)
    assert tracking["actual"] > tracking["high"] > tracking["forecast"] > tracking["low"]
    assert (found["reason"], found["fits"], found["drift"]["found"]) == ("drift", True, True)
    renewed = (await client.get(f"/v1/estimators/{fit_of(found)['id']}")).json()
    assert (renewed["life"], renewed["cut_off"], renewed["approved_by"]) == (
        "champion",
        "1998-04-16",
        "service:scoring",
    )
    assert (await client.get(f"/v1/estimators/{champion['id']}")).json()["life"] == "retired"
    assert (await on(living, 15, client))["id"] == found["id"], "and is not answered twice"


async def test_a_person_approves_what_is_fitted_on_schedule(living: Base, client: httpx.AsyncClient) -> None:
    await setting(client, approval="person", refit_days=3)
    champion = (await client.get("/v1/estimators", params={"life": "champion", "kind": "mbg_nbd"})).json()[
        "items"
    ][0]
    run = await on(living, 19, client)
    assert (run["reason"], run["fits"], fit_of(run)["id"]) == ("scheduled", True, champion["id"])
    made = await newest(client, "/v1/estimators", kind="mbg_nbd")
    assert (made["life"], made["run_id"], made["cut_off"]) == ("candidate", run["id"], "1998-04-20")


async def test_back_tests_are_repeated_and_propose(living: Base, client: httpx.AsyncClient) -> None:
    await setting(client, approval="automatic", backtest_days=28)
    await on(living, 20, client)
    await on(living, 21, client)
    (job,) = (await client.get("/v1/backtests")).json()["items"]
    assert (job["status"], job["parameters"]["until"]) == ("queued", "1998-04-20")
    database = living.scoring.database
    await client.post(f"/v1/backtests/{job['id']}/cancel")
    asked = await client.post(
        "/v1/backtests", json={"until": "1998-04-20", "holdout_weeks": 4, "step_weeks": 4}
    )
    bg = await newest(client, "/v1/estimators", kind="bg_nbd")
    await approve(client, bg)  # whatever was champion is not the best
    assert await work_once(database, JOBS, {KIND: BacktestRun(database, living.scoring.core.clock)})
    found = (await client.get(f"/v1/backtests/{asked.json()['id']}")).json()
    best, proposed = found["counts"]["champion"], found["counts"]["proposed"]
    assert best == "mbg_nbd", found
    approved = (await client.get(f"/v1/estimators/{proposed}")).json()
    assert (approved["kind"], approved["life"], approved["backtest_id"]) == (best, "champion", found["id"])
