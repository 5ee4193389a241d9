"""What scores are computed by: a run, its estimators and its limits."""

from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from asyncpg import Record

from services.scoring.runs import queries as runs
from services.scoring.scores.ranking import Cuts
from services.scoring.scores.valuation import Model
from services.scoring.valuing.computing import model_of
from services.scoring.versions.queries import SPEND
from shared.statements import Runner


@dataclass(frozen=True, slots=True)
class Standard:
    """A finished run with its estimators and its limits; `model` is None when it predicts nothing.

    `versions` are the fits that it scored with, of purchases and of spend.
    """

    run: Record
    versions: tuple[Record, ...]
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
        timing, spend = await used(on, run)
        model = None
        if run["predicts"] and timing is not None and spend is not None:
            margin = run["population"].get("firm_margin")
            model = model_of(run["estimator"], dict(timing), spend["parameters"], margin)
        versions = tuple(one for one in (timing, spend) if one is not None)
        return cls(run, versions, model, Cuts.read(run["cuts"]))

    def same(self, other: Self) -> bool:
        """Tell whether both compute with the same fits."""
        return [one["id"] for one in self.versions] == [one["id"] for one in other.versions]

    def as_of(self, today: date) -> date:
        """Return the day of a score: a pinned run's own, else the later of the run's and today."""
        own: date = self.run["as_of"]
        return own if self.run["pinned"] else max(own, today)


async def used(on: Runner, run: Record) -> tuple[Record | None, Record | None]:
    """Return the versions that a run scored with, of purchases and of spend."""
    timing = spend = None
    for one in await runs.VERSIONS.all(on, ids=run["version_ids"]):
        if one["kind"] == SPEND:
            spend = one
        elif one["kind"] == run["estimator"] and one["parameters_by"] == run["parameters_by"]:
            timing = one
    return timing, spend
