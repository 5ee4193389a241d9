"""The run: rule after rule, window after window, each in a short transaction; killed, it goes on."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from jobs.life import Job
from services.interaction.interactions.known import channels
from services.interaction.retention import records, stores
from services.interaction.retention.disposing import QUIET
from services.interaction.retention.models import RetentionRule
from services.interaction.retention.reach import DATED
from services.interaction.retention.records import Step
from services.interaction.retention.stores import STORES
from services.interaction.retention.tasks import Task, tasks
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database, Transaction
from shared.statements import Runner, Statement

WORKER = Principal.of_service("interaction")
NOWHERE = UUID(int=0)
ATTEMPTS = 8
PAUSE = 0.25  # of the time that a window took: the others' turn
NOTHING: dict[str, Any] = {"rules": []}  # counted yet
_COUNTED = ("due", "gone", "parts", "held", "waiting")
RULES_NOW = Statement(
    sa.select(
        *(getattr(RetentionRule, name) for name in ("id", "kind", "channel", "channel_group", "keep_days")),
        RetentionRule.action,
    )
    .where(RetentionRule.deleted_at.is_(None))
    .order_by(RetentionRule.id)
)


class RetentionRun:
    """Does the jobs of this kind; the checkpoint has the tasks, which one it is at, and after which id."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database, self.clock = database, clock

    async def __call__(self, job: Job) -> None:
        """Do a job from its checkpoint on."""
        if not job.checkpoint:
            await self._begin(job)
        while job.checkpoint["at"] < len(job.checkpoint["tasks"]):
            began = asyncio.get_running_loop().time()
            await self._step(job)
            await asyncio.sleep(PAUSE * (asyncio.get_running_loop().time() - began))

    async def _begin(self, job: Job) -> None:
        """Settle what the run does: rules that change from here on are for the next one."""
        groups = {code: each.group for code, each in (await channels(self.database)).items()}
        rules = [dict(row) for row in await RULES_NOW.all(self.database.pool)]
        todo = [task.as_json() for task in tasks(rules, groups, self.clock())]
        nothing = {**dict.fromkeys(_COUNTED, 0), "oldest": None}
        names = ("rule", "kind", "action", "before")
        job.counts = {"rules": [{**{name: task[name] for name in names}, **nothing} for task in todo]}
        await self._save(self.database.pool, job, todo, 0, NOWHERE)

    async def _step(self, job: Job) -> None:
        """Do a window, count it, and save where the next one begins, all or nothing."""
        todo, at = job.checkpoint["tasks"], job.checkpoint["at"]
        task, after = Task(**todo[at]), UUID(job.checkpoint["after"])
        counts = job.counts
        for attempt in range(ATTEMPTS):
            try:
                async with self.database.begin(WORKER, at=self.clock()) as tx:
                    await job.beat(tx.connection)  # held to the end: one worker, and holds wait for it
                    step = await self._walk(tx, task, after, dry=job.parameters["dry_run"])
                    job.counts = _added(counts, at, step)
                    there = step.after is not None
                    await self._save(tx.connection, job, todo, at + (not there), step.after or NOWHERE)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                job.counts = counts
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return
        raise OSError("other writers want the same records")

    async def _walk(self, tx: Transaction, task: Task, after: UUID, *, dry: bool) -> Step:
        before = datetime.fromisoformat(task.before)
        if task.kind in DATED:
            times = {"before": before, "quiet": tx.at - QUIET}
            return await records.walk(tx, task, after, times, dry=dry)
        return await stores.walk(tx, STORES[task.kind], after, before, dry=dry)

    async def _save(self, on: Runner, job: Job, todo: list[Any], at: int, after: UUID) -> None:
        await job.save(on, at / max(len(todo), 1), tasks=todo, at=at, after=str(after))


def _added(counts: dict[str, Any], at: int, step: Step) -> dict[str, Any]:
    """Return counts with those of a window."""
    rules = [dict(each) for each in counts["rules"]]
    mine = rules[at]
    for name in _COUNTED:
        mine[name] += getattr(step, name)
    if step.oldest is not None:
        mine["oldest"] = min(filter(None, (mine["oldest"], step.oldest.isoformat())))
    return {"rules": rules}
