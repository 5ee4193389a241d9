"""The life of a job: asked for, claimed by one worker, kept alive, and ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from jobs.statements import Statements
from jobs.tables import job_table
from shared.database import Transaction
from shared.errors import Conflict
from shared.ids import uuid7
from shared.statements import Runner

LEASE = timedelta(seconds=15)
MOST_ATTEMPTS = 5  # at one checkpoint


class JobEnded(Conflict):
    """Only a job that is queued or running can be cancelled."""

    code, title = "job_ended", "The job has already ended"


class Lost(Exception):  # noqa: N818 - what happened
    """The job is no longer this worker's: cancelled, or claimed by another after its lease."""


class Failed(Exception):  # noqa: N818 - what happened
    """The job cannot be done; the text is for its reader, and holds no data."""


NOTHING: Mapping[str, Any] = {}


class Jobs:
    """The jobs of one service."""

    def __init__(self, metadata: sa.MetaData) -> None:
        self.table = job_table(metadata)
        self.sql = Statements(self.table)

    async def ask(
        self, tx: Transaction, kind: str, parameters: Mapping[str, Any], counts: Mapping[str, Any] = NOTHING
    ) -> UUID:
        """Queue a job; `counts` is what it shows before it has found anything."""
        id_ = uuid7()
        who = {"requested_by": tx.principal.id, "requested_at": tx.at}
        given = {"parameters": dict(parameters), "counts": dict(counts)}
        await self.sql.ask.value(tx.connection, id=id_, kind=kind, **given, **who)
        return id_

    async def cancel(self, on: Runner, job: UUID) -> None:
        """End a job that has not ended; JobEnded otherwise. Its worker notices when it saves or beats."""
        if await self.sql.cancel.value(on, job=job) is None:
            raise JobEnded

    async def claim(self, on: Runner, kinds: list[str]) -> "Job | None":
        """Take the job whose worker died, else the oldest queued one; None when there is nothing to do.

        One that was tried too often at one place is failed instead: it may be what kills its workers.
        """
        tried = f"gave up after {MOST_ATTEMPTS} attempts"
        await self.sql.give_up.value(on, attempts=MOST_ATTEMPTS, error=tried)
        token = uuid7()
        try:
            row = await self.sql.claim.one(on, token=token, lease=LEASE, kinds=kinds)
        except asyncpg.UniqueViolationError:  # another worker was faster
            return None
        if row is None:
            return None
        where = {
            name: row[name] for name in ("id", "kind", "parameters", "checkpoint", "counts", "requested_by")
        }
        return Job(self.sql, token, **where)


@dataclass
class Job:
    """A job in the hands of its worker; `checkpoint` is empty at first, then what was saved last."""

    sql: Statements
    token: UUID
    id: UUID
    kind: str
    parameters: dict[str, Any]
    checkpoint: dict[str, Any]
    counts: dict[str, Any] = field(default_factory=dict)
    requested_by: str = ""

    async def save(self, on: Runner, progress: float, **checkpoint: Any) -> None:  # noqa: ANN401 - any JSON
        """Tell how far the job is, from 0 to 1, and keep a checkpoint and the counts; Lost if it is not ours.

        In the transaction of the work that the checkpoint speaks of, neither is there without the other.
        """
        self.checkpoint = checkpoint
        given = {"progress": progress, "checkpoint": checkpoint, "counts": self.counts, "lease": LEASE}
        await self._mine(self.sql.save.value(on, job=self.id, token=self.token, **given))

    async def beat(self, on: Runner) -> None:
        """Prolong the lease; Lost if the job is not ours any more."""
        await self._mine(self.sql.beat.value(on, job=self.id, token=self.token, lease=LEASE))

    async def finish(self, on: Runner) -> None:
        """End the job as done; Lost if it is not ours any more."""
        await self._mine(self.sql.finish.value(on, job=self.id, token=self.token, counts=self.counts))

    async def fail(self, on: Runner, error: str) -> None:
        """End the job with an error that its reader can understand."""
        await self.sql.fail.value(on, job=self.id, token=self.token, error=error)

    async def _mine(self, changed: Any) -> None:  # noqa: ANN401 - an awaitable
        if await changed is None:
            raise Lost
