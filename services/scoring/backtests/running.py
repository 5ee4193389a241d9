"""Carrying out a back-test: origin by origin, each kept with its checkpoint; killed, it goes on there."""

from datetime import date, timedelta
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import Date, Text, Uuid, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from jobs.life import Failed, Job
from jobs.tables import JobStatus
from services.scoring.apart.process import ComputingError, KilledError, apart
from services.scoring.backtests.champions import champion, summarised
from services.scoring.backtests.models import BacktestOrigin
from services.scoring.backtests.origins import cut_offs
from services.scoring.backtests.proposing import propose
from services.scoring.backtests.schemas import BacktestCreate
from services.scoring.base import JOBS
from services.scoring.champions.queries import CURRENT
from services.scoring.estimators.bygroup import Names
from services.scoring.grouping.reading import levels_of, names_of
from services.scoring.states.histories import PATIENT, of_everybody
from services.scoring.states.history import day_number
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.statements import Runner, Statement

KIND = "backtest"
NOTHING: dict[str, Any] = {"origins": 0, "estimators": [], "champion": None, "proposed": None}
WORKER = Principal.of_service("scoring")
_job, _KIND = bindparam("job", type_=Uuid), literal_column(f"'{KIND}'", Text)
_KEEP = Statement(
    insert(BacktestOrigin)
    .values(job_id=_job, cut_off=bindparam("cut_off", type_=Date), found=bindparam("found", type_=JSONB))
    .on_conflict_do_nothing()
)
ORIGINS = Statement(
    select(BacktestOrigin.cut_off, BacktestOrigin.found)
    .where(BacktestOrigin.job_id == _job)
    .order_by(BacktestOrigin.cut_off)
)
ASKED = Statement(select(JOBS.table.c.parameters).where(JOBS.table.c.id == _job, JOBS.table.c.kind == _KIND))
_done = (JOBS.table.c.kind == _KIND, JOBS.table.c.status == literal_column(f"'{JobStatus.DONE}'", Text))
_NEWEST = Statement(
    select(JOBS.table.c.counts).where(*_done).order_by(JOBS.table.c.id.desc()).limit(literal_column("1"))
)


async def bias_spreads(on: Runner) -> dict[str, float | None]:
    """Return by estimator the spread of its bias in the newest back-test."""
    counts: dict[str, Any] = await _NEWEST.value(on) or NOTHING
    return {one["estimator"]: one["bias_spread"] for one in counts["estimators"]}


async def parameters(on: Runner, body: BacktestCreate, today: date, currency: str) -> dict[str, Any]:
    """Return what a back-test is asked for, with what was left out."""
    until, told = body.until or today - timedelta(days=1), body.model_dump(mode="json")
    if told["parameters_by"] is None:
        settings = await CURRENT.one(on)
        told["parameters_by"] = settings["parameters_by"] if settings else []
    return {**told, "until": until.isoformat(), "currency": body.currency or currency}


class BacktestRun:
    """Does the jobs of this kind; the checkpoint is how many origins are done."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database, self.clock = database, clock

    async def __call__(self, job: Job) -> None:
        """Do a job from its checkpoint on."""
        asked = dict(job.parameters)
        until, currency = date.fromisoformat(asked.pop("until")), asked.pop("currency")
        ways, days = asked.pop("parameters_by", []), 7 * asked["holdout_weeks"]
        for at, cut_off in enumerate(cut_offs(until, **asked)):
            if at >= job.checkpoint.get("done", 0):
                found = await self._origin(cut_off, days, currency, ways)
                await self._keep(job, cut_off, found, at + 1)

    async def _origin(self, cut_off: date, days: int, currency: str, ways: list[Any]) -> dict[str, Any]:
        levels, arrays = await self._read(cut_off, days, currency, ways)
        head = {"cut_off": day_number(cut_off), "days": days, "ways": ways, "levels": levels}
        try:
            found, _ = await apart("services.scoring.backtests.origins", head, *arrays)
        except KilledError as killed:
            # The lease runs out, and the job goes on at its checkpoint.
            raise OSError(str(killed)) from killed
        except ComputingError as failed:
            raise Failed(str(failed)) from failed
        return found

    async def _read(
        self, cut_off: date, days: int, currency: str, ways: list[Any]
    ) -> tuple[Names | None, tuple[NDArray[Any], ...]]:
        """Read what was known at the cut-off, and at the end of its hold-out, from one snapshot.

        For parameters by group also who has which level, as it is today, and what the levels are.
        """
        async with self.database.pool.acquire() as on, on.transaction(isolation="repeatable_read"):
            await PATIENT.value(on)
            seen = await of_everybody(on, until=cut_off, currency=currency)
            later = await of_everybody(on, until=cut_off + timedelta(days=days), currency=currency)
            levels = await names_of(on, ways)
            return levels, (seen, later, *await levels_of(on, levels, seen))

    async def _keep(self, job: Job, cut_off: date, found: dict[str, Any], done: int) -> None:
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            await _KEEP.value(tx.connection, job=job.id, cut_off=cut_off, found=found)
            origins = [row["found"] for row in await ORIGINS.all(tx.connection, job=job.id)]
            job.counts = {**NOTHING, "origins": done, "estimators": summarised(origins)}
            if done == job.parameters["origins"]:
                job.counts["champion"] = best = champion(origins)
                job.counts["proposed"] = await propose(tx, job, best)
            await job.save(tx.connection, done / job.parameters["origins"], done=done)
