"""Scoring runs as callers ask for them and see them."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from services.scoring.versions.schemas import EstimatorVersionRead, ParametersBy, ParametersByRead
from shared.schemas import Body, Code, Currency, Day, Instant, Read, example


class TimingEstimator(StrEnum):
    """The estimators of purchases that scores can be computed with."""

    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    BG_NBD = "bg_nbd"


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunReason(StrEnum):
    """Why there is a run.

    Somebody asked; it is the first, or that of the day; many customers are new; fits are repeated, on
    schedule or because of drift; another champion was approved; tiers are cut by something else.
    """

    ASKED = "asked"
    FIRST = "first"
    DAILY = "daily"
    GROWN = "grown"
    SCHEDULED = "scheduled"
    DRIFT = "drift"
    APPROVED = "approved"
    CUT = "cut"


class Population(Body):
    """Some of the customers: those that have an identity in a system."""

    identity_system: Code


class ScoringRunCreate(Body):
    """A run to start; all that is left out follows the present.

    `as_of`: the last day that counts; given, it pins the scores to that day until another run.
    `estimator_version`: the fit to score with, as it is; by default the champion, if there is one. With any
    of the next four everything is fitted instead. `estimator`: which one to score with, by default mbg_nbd.
    `parameters_by`: what its parameters are to differ by, by default nothing.
    `fitted_to`: the last day that the parameters learn from, by default `as_of`. `fitted_on`: whose
    purchases they learn from, by default everybody's; everybody is scored in any case. `currency`: what
    money is converted to and shown in.
    """

    model_config = example(as_of="2026-03-31", estimator="mbg_nbd")

    as_of: Day | None = None
    estimator: TimingEstimator | None = None
    parameters_by: ParametersBy | None = None
    estimator_version: UUID | None = None
    fitted_to: Day | None = None
    fitted_on: Population | None = None
    currency: Currency | None = None


class PopulationRead(Read):
    """Some of the customers."""

    identity_system: str


class TrackingRead(Read):
    """Purchases since the cut-off, `days` ago, of who was known then: forecast with interval, and actual."""

    days: int
    forecast: float
    low: float
    high: float
    actual: int
    outside: bool


class DriftRead(Read):
    """Whether the fit still holds: `tracking` (null too soon or too late), and `shift` of x, t_x and age.

    A shift is a population stability index; from 0.25 on it is drift.
    """

    found: bool
    reasons: list[str]
    tracking: TrackingRead | None
    shift: dict[str, float]


class ScoringRunRead(Read):
    """A run; `customers` counts those it scored, `error` says why it failed.

    `estimator_version` is the fit that it was to score with, null to fit; `fits` tells whether it fitted.
    `estimator_versions` are the fits that it scored with; of its own, those of every other estimator too.
    `predicts` is false when the chosen one had too little data. `drift` is null without a fit of before.
    `watermark` tells for each followed service where its feed stood.
    """

    id: UUID
    version: int
    status: RunStatus
    progress: float = Field(ge=0, le=1)
    as_of: date
    pinned: bool
    fitted_to: date
    estimator: TimingEstimator
    parameters_by: ParametersByRead | None = None
    currency: str
    fitted_on: PopulationRead | None
    estimator_version: UUID | None
    fits: bool
    reason: RunReason
    requested_by: str
    requested_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    attempts: int
    error: str | None
    predicts: bool
    customers: int
    estimator_versions: list[EstimatorVersionRead]
    drift: DriftRead | None
    watermark: dict[str, Any] | None


class ScoringRunPage(Read):
    """Runs, newest first."""

    items: list[ScoringRunRead]
    next: str | None
