"""A worker is killed while a run publishes: nothing of it is seen, and the next worker does it all."""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from services.scoring.scores import staging
from tests.services.scoring.base import Base, cdnow, customer, order
from tests.support.running import Running

PEOPLE, CHUNK = 300, 50


@pytest.fixture(scope="module")
async def scored(base: Base, here: None) -> Base:
    """300 customers, scored as of the end of April."""
    customers, orders = cdnow(PEOPLE, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    assert (await base.run(as_of="1998-04-30"))["predicts"]
    return base


async def values(client: httpx.AsyncClient) -> list[Any]:
    items = (await client.get("/v1/scores", params={"limit": 1000})).json()["items"]
    return [(one["customer_id"], one["as_of"], one["prediction"], one["version"]) for one in items]


async def test_killed_while_publishing_it_is_done_by_the_next_worker_as_if_nothing_had_been(
    scored: Base, scoring: Running, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await values(client)
    run = (await client.post("/v1/scoring-runs", json={"as_of": "1998-06-30"})).json()["id"]
    await killed(scoring)
    found = (await client.get(f"/v1/scoring-runs/{run}")).json()
    assert (found["status"], found["attempts"]) == ("running", 1)
    assert await values(client) == before, "what was not committed is not seen"
    assert not await scored.worker.run_once(), "its lease still holds"
    await expire(scoring, run)
    assert await scored.worker.run_once()
    done = (await client.get(f"/v1/scoring-runs/{run}")).json()
    assert (done["status"], done["attempts"], done["customers"]) == ("done", 2, PEOPLE)
    resumed = await values(client)
    assert {as_of for _, as_of, _, _ in resumed} == {"1998-06-30"}
    assert {version for *_, version in resumed} == {2}, "each score was written once"
    monkeypatch.setattr(staging, "CHUNK", CHUNK)
    await scored.run(as_of="1998-06-30", estimator_version=done["estimator_versions"][0]["id"])
    assert [one[2] for one in await values(client)] == [one[2] for one in resumed], "an undisturbed run"


async def test_a_run_is_watched_to_its_end(scored: Base, client: httpx.AsyncClient) -> None:
    run = (await client.post("/v1/scoring-runs", json={"as_of": "1998-05-31"})).json()["id"]
    working, seen = asyncio.ensure_future(scored.worker.run_once()), list[dict[str, Any]]()
    async with client.stream("GET", f"/v1/scoring-runs/{run}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            seen += [orjson.loads(data) for data in [line.removeprefix("data: ")] if data != line]
    assert await working
    assert (seen[-1]["status"], seen[-1]["progress"]) == ("done", 1.0)
    assert [one["progress"] for one in seen] == sorted(one["progress"] for one in seen)
    assert [one["version"] for one in seen] == sorted({one["version"] for one in seen})
    assert (await client.get(f"/v1/scoring-runs/{UUID(int=7)}/events")).status_code == 404


async def test_a_fact_that_came_while_the_dead_worker_published_is_not_lost(
    scored: Base, scoring: Running, client: httpx.AsyncClient
) -> None:
    run = (await client.post("/v1/scoring-runs", json={"as_of": "1998-06-30"})).json()["id"]
    await killed(scoring)
    await scored.customers(customer("new"))
    await scored.facts_told(order("new", "new", "1998-06-01", "40.00", currency="CNY"))
    await scored.settle()
    await expire(scoring, run)
    assert await scored.worker.run_once()
    await scored.settle()
    found = (await client.get("/v1/scores/cdnow:new")).json()
    assert (found["purchase_days"], found["run_id"]) == (1, run)


async def killed(scoring: Running) -> None:
    """Let a worker of its own begin the run, and be killed."""
    settings = scoring.settings
    environment = {
        **os.environ,
        "GUANXI_SCORING_DATABASE_URL": settings.database_url,
        "GUANXI_KEYS": str(settings.keys),
        "GUANXI_SECRET": settings.secret.hex(),
    }
    words = ("-m", "tests.services.scoring.valuing.dying", str(CHUNK))
    worker = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, error = await worker.communicate()
    assert worker.returncode == -signal.SIGKILL, error


async def expire(scoring: Running, run: str) -> None:
    late = "update scoring.scoring_runs set leased_until = now() where id = $1"
    await scoring.database.pool.execute(late, UUID(run))
