"""Carrying out a run: read, compute apart, publish as a whole; any worker can do it again from the start."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import select

from services.scoring.base import FEED
from services.scoring.estimators.histogram import Ints
from services.scoring.grouping.reading import groups_of, levels_of
from services.scoring.runs import actions as runs
from services.scoring.scores import staging
from services.scoring.scores.actions import lock_alone
from services.scoring.states.histories import PATIENT, of_everybody
from services.scoring.states.history import History
from services.scoring.tiers.settings import part
from services.scoring.valuing.child import compute_apart
from services.scoring.valuing.computing import Order, Outcome, given_model
from services.scoring.valuing.fitting import kept, ordered
from shared.auth import Principal
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.statements import Statement

WORKER = Principal.of_service("scoring")
BEAT_S = 2.0
_READ, _COMPUTED = 0.15, 0.5  # of the whole, for the progress that is shown
_CURSORS = Statement(select(FEED.cursors.c.source, FEED.cursors.c.cursor))


@dataclass
class Job:
    """A claimed run, and how far it is."""

    database: Database
    run: Record
    token: UUID
    progress: float = 0.0

    @property
    def id(self) -> UUID:
        """The run's id."""
        return UUID(int=self.run["id"].int)

    async def keep_alive(self) -> None:
        """Prolong the lease until it is lost."""
        while True:
            await runs.beat(self.database.pool, self.id, self.token, self.progress)
            await asyncio.sleep(BEAT_S)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: what to compute, from which histories to learn and to score, and where the feeds stood.

    `used` are the versions of the fit that is given, `codes` the levels of customers, if these matter.
    """

    order: Order
    used: list[UUID]
    learned: History
    scored: History
    watermark: dict[str, str | None]
    codes: tuple[Ints, ...] = ()


async def carry_out(job: Job, *, clock: Clock) -> None:
    """Do a claimed run; Lost when it was cancelled or taken meanwhile, with nothing published."""
    async with asyncio.TaskGroup() as group:
        alive = group.create_task(job.keep_alive())
        known_at = clock()
        found = await read(job)
        job.progress = _READ
        outcome = await compute_apart(found.order, found.learned, found.scored, *found.codes)
        job.progress = _COMPUTED
        async with job.database.begin(WORKER, at=clock()) as tx:
            ids = await publish(tx, job, outcome, found.used, known_at=known_at)
            alive.cancel()  # from here on the run's row is ours until the commit
            await runs.finish(
                tx.connection,
                job.id,
                job.token,
                predicts=outcome.predicts,
                customers=len(outcome.rows),
                version_ids=ids,
                drift=outcome.drift,
                population=outcome.population,
                cuts=outcome.cuts,
                watermark=found.watermark,
            )


async def read(job: Job) -> Found:
    """Read everything from one snapshot."""
    run, pool = job.run, job.database.pool
    async with pool.acquire() as on, on.transaction(isolation="repeatable_read"):
        await PATIENT.value(on)
        marks = {row["source"]: row["cursor"] for row in await _CURSORS.all(on)}
        order, used = await ordered(on, run)
        scored = learned = await of_everybody(on, until=run["as_of"], currency=run["currency"])
        system = run["identity_system"]
        if run["fits"] and not (run["fitted_to"] == run["as_of"] and system is None):
            learned = await of_everybody(
                on, until=run["fitted_to"], currency=run["currency"], identity_system=system
            )
        given = given_model(order)
        if given is not None and given.groups is not None:
            scored["group"] = await groups_of(on, scored["customer_id"], given.groups)
        codes = await levels_of(on, order.levels, learned, scored)
        return Found(order, used, learned, scored, marks, codes)


async def publish(
    tx: Transaction, job: Job, outcome: Outcome, used: list[UUID], *, known_at: datetime
) -> list[UUID]:
    """Make the outcome current, as a whole; return the ids of the estimator versions that it is of."""
    told: Any = {"run_id": job.id, "as_of": job.run["as_of"], "known_at": known_at}
    run, rows = job.run, outcome.rows
    await PATIENT.value(tx.connection)
    await lock_alone(tx)
    own = await kept(tx, run, outcome)
    await part(tx.connection, rows, outcome.cuts)
    await staging.prepare(tx)
    for start in range(0, len(rows), staging.CHUNK):
        await staging.write_chunk(tx, rows[start : start + staging.CHUNK], **told)
        job.progress = _COMPUTED + (1 - _COMPUTED) * start / len(rows)
    await staging.remove_others(tx, **told)
    return own if outcome.own else used
