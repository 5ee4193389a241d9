"""Fitted estimators as callers see them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.scoring.estimators.bygroup import GroupingMethod
from services.scoring.identities.levels import CustomerDimension
from shared.schemas import Body, Instant, Read, example


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


Dimensions = Annotated[list[CustomerDimension], Field(min_length=1, max_length=len(CustomerDimension))]


class ParametersBy(Body):
    """What the parameters of a fit differ by: one dimension for `segments`, one or more for `covariates`.

    `segments` fits each level by itself where data suffice. `covariates` lets levels multiply everybody's
    rate of purchases and of drop-out, and keeps only dimensions that foretell customers who were left out.
    """

    model_config = example(method="segments", dimensions=["customer_class"])

    method: GroupingMethod
    dimensions: Dimensions

    @model_validator(mode="after")
    def _fit_each_other(self) -> Self:
        if len(set(self.dimensions)) < len(self.dimensions):
            raise ValueError("each dimension can be named once")
        if self.method is GroupingMethod.SEGMENTS and len(self.dimensions) > 1:
            raise ValueError("segments are those of one dimension")
        return self


class ParametersByRead(Read):
    """What the parameters of a fit differ by."""

    method: GroupingMethod
    dimensions: list[CustomerDimension]


class ParameterLevel(Read):
    """One level of a dimension (null: nobody has said) and what is foretold of its customers by.

    `parameters` of its own, or `effects` that multiply everybody's rates of `purchases` and `drop_out`, with
    their standard errors; neither where everybody's parameters serve, and then `reason` says why.
    """

    dimension: CustomerDimension
    level: str | None
    customers: int
    repeat_buyers: int
    reason: str
    parameters: dict[str, float] | None
    effects: dict[str, float] | None
    standard_errors: dict[str, float] | None


class EstimatorVersionRead(Read):
    """One fit: times in weeks, money in `currency`; `covariance` is that of the logarithms of the parameters.

    `figures`: customers, repeat_buyers, and of the data mean_frequency, max_frequency and mean_age (weeks)
    for purchases with expected_purchases_52 of a new customer, or correlation (frequency and spend) and
    population_mean for spend. `life`, and who approved it when and why, change; all else stays. `run_id` is
    the run that fitted it. Where parameters differ (`parameters_by`), `groups` tells of each level, and
    `parameters` are those of everybody else; `log_likelihood` is of all together.
    """

    id: UUID
    version: int
    kind: EstimatorKind
    status: FitStatus
    reason: str
    parameters: dict[str, float] | None
    parameters_by: ParametersByRead | None = None
    groups: list[ParameterLevel] | None = None
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
