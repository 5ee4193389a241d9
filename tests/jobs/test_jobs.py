"""Jobs: done once, by one worker at a time, resumed after kill -9, cancelled, given up, and watched."""

import asyncio
import sys
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from jobs import life
from jobs.life import Failed, Job, Lost
from jobs.working import Work, work_once
from shared.clock import utc_now
from shared.database import Database
from shared.settings import Settings
from tests.jobs.counting import JOBS, WORKER, counting


async def asked(database: Database, to: int = 5) -> UUID:
    async with database.begin(WORKER, at=utc_now()) as tx:
        return await JOBS.ask(tx, "count", {"to": to})


async def state(client: httpx.AsyncClient, job: UUID) -> dict[str, object]:
    answer = await client.get(f"/v1/counts/{job}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def written(database: Database) -> list[int]:
    rows = await database.pool.fetch("select number from things.numbers order by number")
    return [row["number"] for row in rows]


async def expire(database: Database) -> None:
    await database.pool.execute("update things.jobs set leased_until = now() where status = 'running'")


def once(database: Database, do: Work) -> object:
    return work_once(database, JOBS, {"count": do})


async def test_a_job_is_done_and_says_so(client: httpx.AsyncClient, database: Database) -> None:
    job = await asked(database)
    assert (await state(client, job))["status"] == "queued"
    assert await once(database, counting(database))
    done = await state(client, job)
    assert (done["status"], done["progress"], done["counts"]) == ("done", 1.0, {"written": 5})
    assert await written(database) == [0, 1, 2, 3, 4]
    assert not await once(database, counting(database))


async def test_jobs_of_a_kind_run_one_after_another(database: Database) -> None:
    first, second = await asked(database), await asked(database)
    claimed = await asyncio.gather(*(JOBS.claim(database.pool, ["count"]) for _ in range(8)))
    assert [each.id for each in claimed if each] == [first]
    assert await JOBS.claim(database.pool, ["other"]) is None
    await next(each for each in claimed if each).finish(database.pool)
    following = await JOBS.claim(database.pool, ["count"])
    assert following is not None
    assert following.id == second


async def test_a_killed_workers_job_goes_on_at_its_checkpoint(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    job = await asked(database, to=100)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.jobs.counting", settings.database_url
    )
    for _ in range(600):
        if len(await written(database)) > 3:
            break
        await asyncio.sleep(0.05)
    worker.kill()
    await worker.wait()
    begun = len(await written(database))
    assert 3 < begun < 100
    assert not await once(database, counting(database)), "its lease still holds"
    await expire(database)
    assert await once(database, counting(database))
    assert await written(database) == list(range(100)), "each number once"
    assert (await state(client, job))["status"] == "done"


async def test_a_worker_that_lost_its_job_writes_nothing_more(database: Database) -> None:
    await asked(database)
    stale = await JOBS.claim(database.pool, ["count"])
    assert stale is not None
    await expire(database)
    assert await JOBS.claim(database.pool, ["count"]) is not None
    with pytest.raises(Lost):
        await counting(database)(stale)
    assert await written(database) == []


async def test_a_cancelled_job_stops(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.working.LEASE", life.LEASE / 100)
    job = await asked(database)
    stopped = asyncio.Event()

    async def long(_: Job) -> None:
        try:
            assert (await client.post(f"/v1/counts/{job}/cancel")).status_code == 200
            await asyncio.sleep(60)
        finally:
            stopped.set()

    await once(database, long)
    assert stopped.is_set()
    assert (await state(client, job))["status"] == "cancelled"
    again = await client.post(f"/v1/counts/{job}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "job_ended")
    assert (await client.post(f"/v1/counts/{uuid4()}/cancel")).status_code == 404


async def test_a_job_that_cannot_be_done_says_why(client: httpx.AsyncClient, database: Database) -> None:
    async def failing(_: Job) -> None:
        raise Failed("There is nothing to count.")

    async def broken(_: Job) -> None:
        raise ZeroDivisionError("secret 13811112222")

    for do, said in (
        (failing, "There is nothing to count."),
        (broken, "stopped by ZeroDivisionError; the log says more"),
    ):
        job = await asked(database)
        await once(database, do)
        ended = await state(client, job)
        assert (ended["status"], ended["error"]) == ("failed", said)


async def test_what_kills_its_workers_is_given_up(client: httpx.AsyncClient, database: Database) -> None:
    job = await asked(database)
    for _ in range(life.MOST_ATTEMPTS):
        assert await JOBS.claim(database.pool, ["count"]) is not None
        await expire(database)
    assert await JOBS.claim(database.pool, ["count"]) is None
    assert (await state(client, job))["status"] == "failed"


async def test_who_gets_on_is_not_given_up(database: Database) -> None:
    await asked(database)
    for step in range(life.MOST_ATTEMPTS * 2):
        job = await JOBS.claim(database.pool, ["count"])
        assert job is not None
        await job.save(database.pool, 0.1, next=step)
        await expire(database)


async def test_progress_is_sent_as_it_comes(client: httpx.AsyncClient, database: Database) -> None:
    job = await asked(database, to=30)
    working = asyncio.ensure_future(once(database, counting(database, 0.05)))  # type: ignore[arg-type]  # a coroutine
    seen = []
    async with client.stream("GET", f"/v1/counts/{job}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            seen += [orjson.loads(data) for data in [line.removeprefix("data: ")] if data != line]
    await working
    assert seen[-1]["status"] == "done"
    progress = [each["progress"] for each in seen]
    assert len(progress) > 2
    assert progress == sorted(progress)


async def test_jobs_are_listed_newest_first(client: httpx.AsyncClient, database: Database) -> None:
    made = [str(await asked(database)) for _ in range(3)]
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await client.get("/v1/counts", params={"limit": 2, "status": "queued", **more})).json()
        found += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == made[::-1]
