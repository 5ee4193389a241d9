"""The life of a run: asked for, claimed by one worker, kept alive, and ended."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import Record

from services.scoring.runs import statements as sql
from services.scoring.runs.schemas import ScoringRunCreate
from shared.database import Transaction
from shared.errors import Conflict, Invalid
from shared.ids import uuid7
from shared.statements import Runner

LEASE = timedelta(seconds=10)
MOST_ATTEMPTS = 5


class RunEnded(Conflict):
    """Only a run that is queued or running can be cancelled."""

    code = "run_ended"
    title = "The run has already ended"


class Lost(Exception):  # noqa: N818 - what happened
    """The run is no longer this worker's: cancelled, or claimed by another after its lease."""


async def ask(tx: Transaction, body: ScoringRunCreate, *, currency: str) -> UUID:
    """Queue a run; without an `as_of` it is of the transaction's day and stays with the present."""
    as_of = body.as_of or tx.at.date()
    fitted_to = body.fitted_to or as_of
    if fitted_to > as_of:
        detail = "The parameters cannot learn from days after as_of."
        raise Invalid(detail, errors=[{"pointer": "/fitted_to", "code": "after_as_of", "detail": detail}])
    id_ = uuid7()
    await sql.ASK.value(
        tx.connection,
        id=id_,
        as_of=as_of,
        pinned=body.as_of is not None,
        fitted_to=fitted_to,
        estimator=body.estimator.value,
        currency=body.currency or currency,
        identity_system=body.fitted_on.identity_system if body.fitted_on else None,
        requested_by=tx.principal.id,
        requested_at=tx.at,
    )
    return id_


async def cancel(tx: Transaction, run_id: UUID) -> None:
    """End a run that has not ended; RunEnded otherwise. Its worker notices at its next beat."""
    if await sql.CANCEL.value(tx.connection, run=run_id) is None:
        raise RunEnded


async def claim(on: Runner, token: UUID) -> Record | None:
    """Take the run whose worker died, else the oldest queued one; None while another is running.

    One that was tried too often is failed instead: it may be what kills its workers.
    """
    await sql.GIVE_UP.value(on, attempts=MOST_ATTEMPTS, error=f"gave up after {MOST_ATTEMPTS} attempts")
    try:
        return await sql.CLAIM.one(on, token=token, lease=LEASE)
    except asyncpg.UniqueViolationError:  # another worker was faster
        return None


async def beat(on: Runner, run_id: UUID, token: UUID, progress: float) -> None:
    """Prolong the lease and tell how far the run is; Lost when it is not ours any more."""
    if await sql.BEAT.value(on, run=run_id, token=token, progress=progress, lease=LEASE) is None:
        raise Lost


async def fail(on: Runner, run_id: UUID, token: UUID, error: str) -> None:
    """End our run with an error that its reader can understand."""
    await sql.FAIL.value(on, run=run_id, token=token, error=error)


async def finish(on: Runner, run_id: UUID, token: UUID, **found: Any) -> None:  # noqa: ANN401 - values of columns
    """End our run as done, in the transaction that publishes it; Lost when it is not ours any more."""
    if await sql.FINISH.value(on, run=run_id, token=token, **found) is None:
        raise Lost
