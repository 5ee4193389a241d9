"""Judging customers by their facts as they are now: one, those who were touched, or a part of everybody."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

from services.scoring import estimators
from services.scoring.lifecycle.gaps import Timing, Unfitted
from services.scoring.lifecycle.reading import purchases_of
from services.scoring.lifecycle.settings import limits
from services.scoring.lifecycle.thresholds import Thresholds
from services.scoring.lifecycle.trajectory import Outcome, follow
from services.scoring.runs.queries import NEWEST, VERSIONS
from services.scoring.states.history import day_number
from shared.statements import Runner

FEW = 50  # customers who are judged in a moment; more go to a thread


@dataclass(frozen=True, slots=True)
class Basis:
    """What relations are judged by: the newest run, its timing estimator if it has one, and the limits."""

    run: Record
    timing: Timing | None
    limits: Thresholds
    settings_version: int

    @classmethod
    async def read(cls, on: Runner) -> Self | None:
        """Return what holds now, None before there is a run."""
        run = await NEWEST.one(on)
        if run is None:
            return None
        timing = None
        if run["predicts"]:
            (found,) = (
                row
                for row in await VERSIONS.all(on, ids=run["version_ids"])
                if row["kind"] == run["estimator"] and row["parameters_by"] == run["parameters_by"]
            )
            made = estimators.ESTIMATORS[run["estimator"]](**found["parameters"])
            timing = made if isinstance(made, Timing) else None
        return cls(run, timing, *await limits(on))

    def as_of(self, today: date) -> date:
        """Return the day up to which is judged: a pinned run's own, else the later of the run's and today."""
        own: date = self.run["as_of"]
        return own if self.run["pinned"] else max(own, today)


async def judged(on: PoolConnectionProxy, basis: Basis, ids: Sequence[UUID], today: date) -> Outcome:
    """Return where the relations with these customers (current ids) stand, in their order."""
    day, run = basis.as_of(today), basis.run
    population = run["population"] or {}
    margin = population.get("firm_margin")
    bought = await purchases_of(on, ids, until=day, currency=run["currency"], margin=margin)
    timing = basis.timing or Unfitted.of(population.get("mean_gap"))
    if len(ids) <= FEW:
        return follow(bought, timing, basis.limits, day_number(day))
    return await asyncio.to_thread(follow, bought, timing, basis.limits, day_number(day))
