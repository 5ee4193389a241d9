"""Asking for a run when nobody has: the first one, one a day, and one when the base has outgrown the last."""

from datetime import datetime, timedelta

from asyncpg import Record
from sqlalchemy import Integer, func, literal_column, select
from sqlalchemy.orm import aliased

from services.scoring.facts.models import Mark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.runs.actions import ask
from services.scoring.runs.models import ScoringRun
from services.scoring.runs.queries import NEWEST
from services.scoring.runs.schemas import Population, RunStatus, ScoringRunCreate, TimingEstimator
from services.scoring.scores.models import Score
from services.scoring.states.models import State
from shared.database import Transaction
from shared.statements import Runner, Statement

QUIET = timedelta(seconds=2)
AFTER_A_FAILURE = timedelta(minutes=10)
GROWTH = 0.1


async def ask_when_due(tx: Transaction, *, currency: str) -> bool:
    """Queue a run like the newest one when it is due; a pinned one stays until somebody asks for another.

    Due is the first run once facts have stopped pouring in, the first one of a day, and one when a tenth more
    customers than the last run ranked have come.
    """
    last = await _LAST.one(tx.connection)
    if last is not None and not _ended(last, tx.at):
        return False
    newest = await NEWEST.one(tx.connection)
    due = await _first(tx) if newest is None else await _next(tx.connection, newest, tx.at)
    if due:
        await ask(tx, _alike(newest), currency=currency)
    return due


def _ended(last: Record, now: datetime) -> bool:
    """Whether the last run leaves room for another: it is done, or its failure is some time ago."""
    if last["status"] in {RunStatus.QUEUED, RunStatus.RUNNING}:
        return False
    return bool(last["status"] == RunStatus.DONE or now - last["requested_at"] > AFTER_A_FAILURE)


async def _first(tx: Transaction) -> bool:
    latest = await _LATEST_MARK.value(tx.connection)
    if latest is not None and tx.at - latest < QUIET:
        return False
    return await _ANYBODY.value(tx.connection) is not None


async def _next(on: Runner, newest: Record, now: datetime) -> bool:
    if newest["pinned"]:
        return False
    unranked: int = await _UNRANKED.value(on)
    return bool(newest["as_of"] < now.date() or unranked > GROWTH * newest["customers"])


def _alike(newest: Record | None) -> ScoringRunCreate:
    if newest is None:
        return ScoringRunCreate()
    system = newest["identity_system"]
    return ScoringRunCreate(
        estimator=TimingEstimator(newest["estimator"]),
        currency=newest["currency"],
        fitted_on=None if system is None else Population(identity_system=system),
    )


_one = literal_column("1", Integer)
_current = aliased(Identity)
_LAST = Statement(
    select(ScoringRun.status, ScoringRun.requested_at).order_by(ScoringRun.id.desc()).limit(_one)
)
_LATEST_MARK = Statement(select(func.max(Mark.at)))
_ANYBODY = Statement(
    select(State.customer_id)
    .where(
        State.days > literal_column("0"),
        Identity.original_id == State.customer_id,
        _current.original_id == Identity.current_id,
        ~_current.deleted,
        ~_current.provisional,
    )
    .limit(_one),
    unguarded=COMPUTED,
)
_UNRANKED = Statement(
    select(func.count()).select_from(Score).where(Score.rank.is_(None), ~Score.deleted), unguarded=COMPUTED
)
