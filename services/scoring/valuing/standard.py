"""What scores are computed by: a run, its estimators and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from asyncpg import Record

from services.scoring import estimators
from services.scoring.runs import queries as runs
from services.scoring.scores.ranking import Cuts
from services.scoring.scores.valuation import Model
from services.scoring.valuing.computing import SPEND
from shared.statements import Runner


@dataclass(frozen=True, slots=True)
class Standard:
    """A finished run with its estimators and its limits; `model` is None when it predicts nothing."""

    run: Record
    model: Model | None
    cuts: Cuts

    @classmethod
    async def read(cls, on: Runner) -> Self | None:
        """Return that of the newest finished run, by which single customers are scored, if there is one."""
        run = await runs.NEWEST.one(on)
        return None if run is None else await cls._of(on, run)

    @classmethod
    async def of(cls, on: Runner, run_id: UUID) -> Self:
        """Return that of one run, which scores name."""
        run = await runs.BY_ID.one(on, id=run_id)
        if run is None:
            raise LookupError(run_id)  # runs are never deleted
        return await cls._of(on, run)

    @classmethod
    async def standing(cls, on: Runner, day: date) -> Self | None:
        """Return that of the run whose scores held on a day: the last one as of then or earlier."""
        run = await runs.STANDING.one(on, day=day)
        return None if run is None else await cls._of(on, run)

    @classmethod
    async def _of(cls, on: Runner, run: Record) -> Self:
        versions = {
            row["kind"]: row["parameters"] for row in await runs.VERSIONS.all(on, ids=run["version_ids"])
        }
        return cls(run, _model(run, versions) if run["predicts"] else None, Cuts.read(run["cuts"]))

    @property
    def kinds(self) -> tuple[str, str]:
        """The estimators that scores are computed with."""
        return self.run["estimator"], SPEND

    def as_of(self, today: date) -> date:
        """Return the day of a score: a pinned run's own, else the later of the run's and today."""
        own: date = self.run["as_of"]
        return own if self.run["pinned"] else max(own, today)


def _model(run: Record, parameters: Mapping[str, Mapping[str, Any]]) -> Model:
    timing = estimators.ESTIMATORS[run["estimator"]](**parameters[run["estimator"]])
    spend = estimators.SPEND_ESTIMATORS[SPEND](**parameters[SPEND])
    return Model(timing, spend, run["population"].get("firm_margin"))
