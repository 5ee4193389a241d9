"""Asking for a run when nobody has, and for what it does: score with the fit there is, or fit anew."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Integer, func, literal_column, select
from sqlalchemy.orm import aliased

from services.scoring.champions.queries import CURRENT
from services.scoring.drift.checking import FEWEST_DAYS
from services.scoring.facts.models import Mark
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.runs.actions import ask
from services.scoring.runs.models import ScoringRun
from services.scoring.runs.queries import NEWEST
from services.scoring.runs.schemas import (
    Population,
    RunReason,
    RunStatus,
    ScoringRunCreate,
    TimingEstimator,
)
from services.scoring.scores.models import Score
from services.scoring.states.models import State
from services.scoring.tiers.settings import applied, asked
from services.scoring.valuing.fitting import RENEWING
from services.scoring.versions.queries import CHAMPION
from services.scoring.versions.queries import NEWEST as LATEST
from services.scoring.versions.schemas import ParametersBy
from shared.database import Transaction
from shared.statements import Runner, Statement

QUIET = timedelta(seconds=2)
AFTER_A_FAILURE = timedelta(minutes=10)
GROWTH = 0.1


async def ask_when_due(tx: Transaction, *, currency: str) -> bool:
    """Queue a run when it is due; a pinned one stays until somebody asks for another.

    Due is the first run once facts have stopped pouring in, the first one of a day, one when a tenth more
    customers than the last run ranked have come, one that fits anew when the last found drift, and one when
    tiers are to be cut by something else than the last run's.
    Everybody is scored with the champion, or with the newest fit like the last run's.
    """
    last = await _LAST.one(tx.connection)
    if last is not None and not _ended(last, tx.at):
        return False
    newest = await NEWEST.one(tx.connection)
    if newest is None:
        if await _first(tx):
            await ask(tx, ScoringRunCreate(), currency=currency, reason=RunReason.FIRST)
            return True
        return False
    fits = await Fits.read(tx.connection, newest)
    reason = await _next(tx.connection, newest, fits, tx.at)
    if reason is not None:
        refit = reason in RENEWING
        await ask(tx, fits.order(newest, reason), currency=currency, reason=reason, refit=refit)
    return reason is not None


@dataclass(frozen=True, slots=True)
class Fits:
    """The champion, and the newest fit like the last run's; None without one. `days` until a fit is old."""

    champion: Record | None
    latest: Record | None
    days: int

    @classmethod
    async def read(cls, on: Runner, newest: Record) -> Self:
        """Read what there is."""
        like = {"currency": newest["currency"], "identity_system": newest["identity_system"]}
        champion, settings = await CHAMPION.one(on), await CURRENT.one(on)
        if champion is not None and champion["currency"] != newest["currency"]:
            champion = None
        kind = newest["estimator"] if champion is None else champion["kind"]
        by = (newest if champion is None else champion)["parameters_by"]
        latest = await LATEST.one(on, kind=kind, parameters_by=by, **like)
        return cls(champion, latest, settings["refit_days"] if settings else FEWEST_DAYS)

    def age(self, today: date) -> int | None:
        """Return for how many days nothing has been fitted."""
        return None if self.latest is None else (today - self.latest["cut_off"]).days

    def order(self, newest: Record, reason: RunReason) -> ScoringRunCreate:
        """Return what to ask for."""
        if self.champion is not None:
            return ScoringRunCreate(estimator_version=UUID(int=self.champion["id"].int))
        if self.latest is not None and reason in {RunReason.DAILY, RunReason.CUT}:
            return ScoringRunCreate(estimator_version=UUID(int=self.latest["id"].int))
        system, by = newest["identity_system"], newest["parameters_by"]
        return ScoringRunCreate(
            estimator=TimingEstimator(newest["estimator"]),
            parameters_by=None if by is None else ParametersBy(**by),
            currency=newest["currency"],
            fitted_on=None if system is None else Population(identity_system=system),
        )


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


async def _next(on: Runner, newest: Record, fits: Fits, now: datetime) -> RunReason | None:
    """Tell why another run is due, if it is."""
    if newest["pinned"]:
        return None
    age = fits.age(now.date())
    drifted = newest["drift"] is not None and newest["drift"]["found"] and not newest["fits"]
    if drifted and age is not None and age >= FEWEST_DAYS:
        return RunReason.DRIFT
    unranked: int = await _UNRANKED.value(on)
    if newest["as_of"] < now.date():
        return RunReason.SCHEDULED if age is not None and age >= fits.days else RunReason.DAILY
    if unranked > GROWTH * newest["customers"]:
        return RunReason.GROWN
    return RunReason.CUT if await asked(on) != applied(newest) else None


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
