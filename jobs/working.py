"""Working: a loop that claims jobs, keeps their leases while they are done, and tells how they ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Never

import asyncpg
import structlog

from jobs.life import LEASE, Failed, Job, Jobs, Lost
from shared.database import Database

IDLE_S, AGAIN_S = 0.5, 1.0
Work = Callable[[Job], Awaitable[None]]
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
_log = structlog.get_logger()


async def work(database: Database, jobs: Jobs, works: Mapping[str, Work]) -> Never:
    """Do jobs of these kinds, one after another, until cancelled."""
    while True:
        try:
            done = await work_once(database, jobs, works)
        except _AWAY as problem:  # the lease runs out, and the job goes on at its checkpoint
            _log.warning("jobs: try again", error=type(problem).__name__)
            done = False
            await asyncio.sleep(AGAIN_S)
        if not done:
            await asyncio.sleep(IDLE_S)


async def work_once(database: Database, jobs: Jobs, works: Mapping[str, Work]) -> bool:
    """Do one job if one is waiting; true when there was."""
    job = await jobs.claim(database.pool, list(works))
    if job is None:
        return False
    _log.info("job begins", kind=job.kind, job=str(job.id), resumes=bool(job.checkpoint))
    try:
        await _kept(database, job, works[job.kind])
        await job.finish(database.pool)
    except Lost:
        _log.warning("job is not ours any more", job=str(job.id))
    except Failed as failed:
        await job.fail(database.pool, str(failed))
    except _AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the job ends and the worker does not
        _log.exception("job failed", job=str(job.id))
        await job.fail(database.pool, f"stopped by {type(error).__name__}; the log says more")
    else:
        _log.info("job is done", job=str(job.id))
    return True


async def _kept(database: Database, job: Job, do: Work) -> None:
    """Do the work while its lease is kept; Lost ends it."""
    doing = asyncio.ensure_future(do(job))
    keeping = asyncio.ensure_future(_beating(database, job))
    try:
        await asyncio.wait((doing, keeping), return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            await keeping
        await doing
    finally:
        for task in (doing, keeping):
            task.cancel()
        await asyncio.gather(doing, keeping, return_exceptions=True)


async def _beating(database: Database, job: Job) -> None:
    """Beat until the job is lost; while the database is away, the lease runs."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 5)
        try:
            await job.beat(database.pool)
        except _AWAY as problem:
            _log.warning("job: beat was not heard", job=str(job.id), error=type(problem).__name__)
