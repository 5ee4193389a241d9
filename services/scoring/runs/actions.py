"""The life of a run: asked for, claimed by one worker, kept alive, and ended."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import Record

from services.scoring.runs import statements as sql
from services.scoring.runs.schemas import RunReason, ScoringRunCreate, TimingEstimator
from services.scoring.versions.queries import CHAMPION, PAIR
from shared.database import Transaction
from shared.errors import Conflict, Invalid
from shared.ids import uuid7
from shared.statements import Runner

LEASE = timedelta(seconds=10)
MOST_ATTEMPTS = 5
OWN = ("estimator", "parameters_by", "fitted_to", "fitted_on")  # what only a run that fits is told


class RunEnded(Conflict):
    """Only a run that is queued or running can be cancelled."""

    code = "run_ended"
    title = "The run has already ended"


class Lost(Exception):  # noqa: N818 - what happened
    """The run is no longer this worker's: cancelled, or claimed by another after its lease."""


async def ask(
    tx: Transaction,
    body: ScoringRunCreate,
    *,
    currency: str,
    reason: RunReason = RunReason.ASKED,
    refit: bool = False,
) -> UUID:
    """Queue a run; without an `as_of` it is of the transaction's day and stays with the present.

    With `refit` a run with a fit of before also fits anew.
    """
    as_of = body.as_of or tx.at.date()
    with_ = await _fit_of_before(tx, body, as_of, body.currency or currency)
    id_ = uuid7()
    await sql.ASK.value(
        tx.connection,
        id=id_,
        as_of=as_of,
        pinned=body.as_of is not None,
        **(_to_fit(body, as_of, currency) if with_ is None else _to_use(with_, as_of, refit=refit)),
        reason=reason.value,
        requested_by=tx.principal.id,
        requested_at=tx.at,
    )
    return id_


def _to_fit(body: ScoringRunCreate, as_of: date, currency: str) -> dict[str, Any]:
    fitted_to = body.fitted_to or as_of
    if fitted_to > as_of:
        raise _refused("/fitted_to", "after_as_of", "The parameters cannot learn from days after as_of.")
    return {
        "estimator": (body.estimator or TimingEstimator.MBG_NBD).value,
        "fitted_to": fitted_to,
        "currency": body.currency or currency,
        "identity_system": body.fitted_on.identity_system if body.fitted_on else None,
        "parameters_by": body.parameters_by.model_dump(mode="json") if body.parameters_by else None,
        "estimator_version_id": None,
        "fits": True,
    }


def _to_use(fit: Record, as_of: date, *, refit: bool) -> dict[str, Any]:
    return {
        "estimator": fit["kind"],
        "fitted_to": as_of if refit else fit["cut_off"],
        "currency": fit["currency"],
        "identity_system": fit["identity_system"],
        "parameters_by": fit["parameters_by"],
        "estimator_version_id": UUID(int=fit["id"].int),
        "fits": refit,
    }


async def _fit_of_before(
    tx: Transaction, body: ScoringRunCreate, as_of: date, currency: str
) -> Record | None:
    """Return the fit to score with: the one that is named, or the champion; None to fit."""
    own = [name for name in OWN if getattr(body, name) is not None]
    at = "/estimator_version"
    if body.estimator_version is None:
        champion = None if own else await CHAMPION.one(tx.connection)
        fits = champion is not None and champion["currency"] == currency and champion["cut_off"] <= as_of
        return champion if fits else None
    if own:
        raise _refused(at, "contradicts", f"A fit of before has its own {own[0]}.")
    named = await PAIR.one(tx.connection, id=body.estimator_version)
    if named is None:
        raise _refused(at, "unknown", "No version with this id can compute scores.")
    if named["cut_off"] > as_of:
        raise _refused(at, "after_as_of", "This version has learnt from days after as_of.")
    if body.currency not in {None, named["currency"]}:
        raise _refused(at, "other_currency", f"This version has learnt amounts in {named['currency']}.")
    return named


def _refused(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": pointer, "code": code, "detail": detail}])


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
