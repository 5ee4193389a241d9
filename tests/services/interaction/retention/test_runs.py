"""Runs: killed they go on with exact counts, two at once do no harm, one begins by itself a day."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from jobs.life import Job
from jobs.working import work_once
from services.interaction.base import JOBS
from services.interaction.holds.actions import RUN
from services.interaction.retention import records
from services.interaction.retention.daily import begin_daily
from services.interaction.retention.run_schemas import RetentionRunRead
from services.interaction.retention.running import RetentionRun
from shared.clock import utc_now
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.retention.conftest import RUNS, counted, later, rule
from tests.services.interaction.test_orders import key
from tests.support.running import Running

MANY = 23


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROWS", 5)


async def contacts(client: httpx.AsyncClient) -> None:
    items = [contact(key(name()), body="Hello") for _ in range(MANY)]
    made = await client.post("/v1/interactions/batch", json={"items": items})
    assert made.json()["counts"]["created"] == MANY


async def work(interaction: Running) -> bool:
    return await work_once(interaction.database, JOBS, {RUN: RetentionRun(interaction.database, later)})


@pytest.mark.parametrize("dies", ["before the commit", "after it"])
async def test_a_killed_run_goes_on_and_its_counts_are_exact(
    client: httpx.AsyncClient, interaction: Running, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    await contacts(client)
    await rule(client, "interaction")
    made = await client.post(RUNS, json={})
    saved, kept, pool = 0, Job.save, interaction.database.pool
    told = "select coalesce(sum(n), 0) from interaction.feed where type = 'interaction.deleted'"
    before = await pool.fetchval(told)

    async def dying(job: Job, *given: Any, **checkpoint: Any) -> None:
        nonlocal saved
        saved += 1
        if saved == 4 and dies == "after it":
            raise OSError("killed before it did anything")
        await kept(job, *given, **checkpoint)
        if saved == 4:
            raise OSError("killed before its commit")

    monkeypatch.setattr(Job, "save", dying)
    with pytest.raises(OSError, match="killed"):
        await work(interaction)
    monkeypatch.setattr(Job, "save", kept)
    left = "select count(*) from interaction.interactions"
    assert await pool.fetchval(left) == MANY - 10, "two windows were done"
    assert not await work(interaction), "its worker may be alive until the lease ends"
    await pool.execute("update interaction.jobs set leased_until = now() - interval '1 s'")
    assert await work(interaction)
    shown = (await client.get(made.headers["location"])).json()
    RetentionRunRead.model_validate(shown)
    assert shown["status"] == "done"
    assert counted(shown["counts"]["rules"][0]) == (MANY, MANY, 0, 0, 0)
    assert await pool.fetchval(left) == 0
    assert await pool.fetchval(told) - before == MANY, "each is told of once"


async def test_two_runs_at_once_delete_once(client: httpx.AsyncClient, interaction: Running) -> None:
    await contacts(client)
    await rule(client, "interaction")
    made = [await client.post(RUNS, json={}) for _ in range(2)]
    while any(await asyncio.gather(*(work(interaction) for _ in range(3)))):
        pass
    shown = [(await client.get(each.headers["location"])).json()["counts"]["rules"][0] for each in made]
    assert [counted(each)[1] for each in shown] == [MANY, 0]


async def test_who_waited_for_a_record_that_goes_does_not_bring_it_back(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    body = contact(key(name()), source=key(name()))
    made = (await client.post("/v1/interactions", json=body)).json()
    await rule(client, "interaction")
    await client.post(RUNS, json={})
    async with interaction.database.pool.acquire() as other, other.transaction():
        await other.execute("select from interaction.source_keys for update")  # the run ends after this
        running = asyncio.create_task(work(interaction))
        await waits_for_a_lock(interaction, 1)
        late = {"items": [{**body, "purpose": "sale"}]}
        writing = asyncio.create_task(client.post("/v1/interactions/batch", json=late))
        await waits_for_a_lock(interaction, 2)
    assert await running
    (result,) = (await writing).json()["results"]
    assert (result["outcome"], result["problem"]["code"]) == ("rejected", "record_retired")
    assert (await client.get(f"/v1/interactions/{made['id']}")).status_code == 404


async def waits_for_a_lock(interaction: Running, many: int) -> None:
    """Return when so many statements wait."""
    here = "datname = current_database() and wait_event_type = 'Lock'"
    for _ in range(500):
        if (
            await interaction.database.pool.fetchval(f"select count(*) from pg_stat_activity where {here}")
            >= many
        ):
            return
        await asyncio.sleep(0.02)
    pytest.fail("nobody waits")


async def test_a_cancelled_run_stops(client: httpx.AsyncClient, interaction: Running) -> None:
    await contacts(client)
    await rule(client, "interaction")
    made = await client.post(RUNS, json={})
    assert (await client.post(f"{made.headers['location']}/cancel", json={})).json()["status"] == "cancelled"
    assert not await work(interaction)
    assert await interaction.database.pool.fetchval("select count(*) from interaction.interactions") == MANY


async def test_one_begins_a_day_by_itself(client: httpx.AsyncClient, interaction: Running) -> None:
    asked = "select count(*) from interaction.jobs where kind = 'retention_run'"
    pool, database = interaction.database.pool, interaction.database
    await begin_daily(database)
    assert await pool.fetchval(asked) == 0, "there are no rules"
    await rule(client, "interaction")
    await client.post(RUNS, json={"dry_run": True})
    for wanted in (2, 2):
        await begin_daily(database)
        assert await pool.fetchval(asked) == wanted
    await begin_daily(database, lambda: utc_now() + timedelta(days=1))
    assert await pool.fetchval(asked) == 3


async def test_a_hold_waits_for_the_window_and_the_window_for_the_hold(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    """After the answer nothing of the customer goes: a window that has begun ends first."""
    made = (await client.post("/v1/interactions", json=contact(key(name())))).json()
    run = (await client.post(RUNS, json={})).json()
    pool = interaction.database.pool
    await pool.execute("update interaction.jobs set status = 'running' where id = $1", run["id"])
    async with pool.acquire() as window, window.transaction():
        await window.execute("update interaction.jobs set attempts = 1 where id = $1", run["id"])
        put = asyncio.create_task(
            client.put(f"/v1/customers/{made['customer_id']}/retention-hold", json={"reason": "Lawsuit"})
        )
        done, _ = await asyncio.wait({put}, timeout=0.3)
        assert not done
    assert (await put).status_code == 201
