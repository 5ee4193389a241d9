"""Carrying out a forecast of the base: read the newest run's customers, compute apart, keep the outcome."""

from typing import Any

import numpy as np
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Integer, cast, select

from jobs.life import Failed, Job
from services.scoring.apart.process import ComputingError, KilledError, apart
from services.scoring.copying import copied
from services.scoring.identities.models import COMPUTED
from services.scoring.runs.queries import NEWEST, VERSIONS
from services.scoring.scores.models import Score
from services.scoring.states.histories import PATIENT, of_everybody
from services.scoring.states.history import History, day_number
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.statements import Runner, Statement

KIND, SPEND = "base_forecast", "gamma_gamma"
NOTHING: dict[str, Any] = {"as_of": None, "estimator": None, "groups": []}
WORKER = Principal.of_service("scoring")
_TIER = np.dtype([("customer_id", "V16"), ("tier", "i4")])
_TIERS = Statement(
    select(Score.customer_id, cast(Score.tier, Integer)).where(~Score.deleted, Score.tier.is_not(None)),
    unguarded=COMPUTED,
)


class BaseForecast:
    """Does the jobs of this kind."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database, self.clock = database, clock

    async def __call__(self, job: Job) -> None:
        """Do a job, from its beginning: it takes seconds."""
        run, history, tier, fits = await self._read()
        margin = (run["population"] or {}).get("firm_margin", 1.0)
        head = {**job.parameters, **fits, "as_of": day_number(run["as_of"]), "margin": margin}
        try:
            found, _ = await apart("services.scoring.base_forecasts.computing", head, history, tier)
        except KilledError as killed:
            raise OSError(str(killed)) from killed  # the lease runs out, and the job begins anew
        except ComputingError as failed:
            raise Failed(str(failed)) from failed
        groups = [_in_money(group, run["currency"]) for group in found["groups"]]
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            as_of = run["as_of"].isoformat()
            job.counts = {"as_of": as_of, "estimator": run["estimator"], "groups": groups}
            await job.save(tx.connection, 1.0)

    async def _read(self) -> tuple[Record, History, Any, dict[str, Any]]:
        """Read the newest run, its customers and their tiers, and its fits, from one snapshot."""
        async with self.database.pool.acquire() as on, on.transaction(isolation="repeatable_read"):
            await PATIENT.value(on)
            run = await NEWEST.one(on)
            if run is None or not run["predicts"]:
                raise Failed(
                    "No run has predicted anything yet: there are too few customers or repeat buyers."
                )
            fits = await _fits(on, run)
            history = await of_everybody(on, until=run["as_of"], currency=run["currency"])
            return run, history, await _tiers(on, history), fits


async def _fits(on: Runner, run: Record) -> dict[str, Any]:
    rows = [row for row in await VERSIONS.all(on, ids=run["version_ids"]) if row["covariance"] is not None]
    plain = sorted(rows, key=lambda row: row["parameters_by"] is not None)  # of everybody first
    kinds = {row["kind"]: row for row in reversed(plain)}
    told = {"timing": kinds.get(run["estimator"]), "spend": kinds.get(SPEND)}
    if None in told.values():
        raise Failed("The fits of the newest run do not say how uncertain they are.")
    names = ("kind", "parameters", "covariance")
    return {what: {name: row[name] for name in names} for what, row in told.items() if row is not None}


async def _tiers(on: PoolConnectionProxy, history: History) -> Any:  # noqa: ANN401 - an array
    """Return the number of the tier of each history's customer, 0 for who has none yet."""
    found = await copied(on, _TIERS, {}, _TIER)
    known, asked = (
        np.ascontiguousarray(ids).view("S16").ravel()
        for ids in (found["customer_id"], history["customer_id"])
    )
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known[order], asked), max(len(found) - 1, 0))
    tier = np.zeros(len(asked), np.int64)
    if len(found):
        same = known[order][place] == asked
        tier[same] = found["tier"][order][place][same]
    return tier


def _in_money(group: dict[str, Any], currency: str) -> dict[str, Any]:
    value = group["value"]
    written = value and {
        name: {"amount": f"{each:.2f}", "currency": currency} for name, each in value.items()
    }
    return {**group, "value": written}
