"""Fitted estimators as callers see them."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.schemas import Instant, Read


class EstimatorKind(StrEnum):
    """The estimators there are."""

    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    BG_NBD = "bg_nbd"
    GAMMA_GAMMA = "gamma_gamma"


class FitStatus(StrEnum):
    """What a fit is good for; only one that is ok predicts."""

    OK = "ok"
    DEGENERATE = "degenerate"
    NOT_ENOUGH_DATA = "not_enough_data"


class EstimatorLife(StrEnum):
    """What a fit is used for: proposed at most, in use, or no longer."""

    CANDIDATE = "candidate"
    CHAMPION = "champion"
    RETIRED = "retired"


class EstimatorVersionRead(Read):
    """One fit: times in weeks, money in `currency`; `covariance` is that of the logarithms of the parameters.

    `figures`: customers, repeat_buyers, and of the data mean_frequency, max_frequency and mean_age (weeks)
    for purchases with expected_purchases_52 of a new customer, or correlation (frequency and spend) and
    population_mean for spend. `life`, and who approved it when and why, change; all else stays. `run_id` is
    the run that fitted it.
    """

    id: UUID
    version: int
    kind: EstimatorKind
    status: FitStatus
    reason: str
    parameters: dict[str, float] | None
    standard_errors: dict[str, float] | None
    covariance: list[list[float]] | None
    log_likelihood: float | None
    figures: dict[str, Any]
    cut_off: date
    currency: str
    identity_system: str | None
    data_hash: str
    code_version: str
    run_id: UUID | None
    life: EstimatorLife
    approved_by: str | None
    approved_at: Instant | None
    approved_because: str | None
    backtest_id: UUID | None
    created_at: Instant
    updated_at: Instant


class EstimatorVersionPage(Read):
    """Fitted estimators, newest first."""

    items: list[EstimatorVersionRead]
    next: str | None
