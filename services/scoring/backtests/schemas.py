"""What callers send and get about back-tests."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from jobs.schemas import JobRead
from services.scoring.charts.specification import Chart
from services.scoring.versions.schemas import FitStatus, ParametersBy, ParametersByRead
from shared.schemas import Body, Currency, Day, Read, Whole, example

FEWEST_ORIGINS = 3
Weeks = Annotated[Whole, Field(ge=1, le=260)]


class BacktestCreate(Body):
    """A look at how the estimators would have done at earlier days, `origins` of them.

    `until`: the last day of the last hold-out, by default yesterday. Hold-outs are `holdout_weeks` long,
    their cut-offs `step_weeks` apart. `currency`: what money is converted to. `parameters_by`: by what every
    estimator is tried besides, by default as the settings say.
    """

    model_config = example(until="2026-03-31", origins=3, holdout_weeks=13, step_weeks=13)

    until: Day | None = None
    origins: Annotated[Whole, Field(ge=FEWEST_ORIGINS, le=12)] = FEWEST_ORIGINS
    holdout_weeks: Weeks = 13
    step_weeks: Weeks = 13
    currency: Currency | None = None
    parameters_by: Annotated[list[ParametersBy], Field(max_length=4)] | None = None


class BacktestParameters(Read):
    """What a back-test was asked for."""

    until: date
    origins: int
    holdout_weeks: int
    step_weeks: int
    currency: str
    parameters_by: list[ParametersByRead] = Field(default_factory=list)


class EstimatorScore(Read):
    """One estimator over all origins, null where there is nothing to say.

    `estimator` is its code, and for parameters by group what they differ by, as in
    `mbg_nbd, segments: customer_class`.
    `mae` and `rmse` are per customer, in purchases; `value_mae` in money; `bias` is by what share the
    forecast total was above the actual one, `bias_spread` the standard deviation of that over the origins.
    `auc`: the chance that a customer who bought was thought likelier to than one who did not.
    `top_decile_share`: what part of the money came from the tenth that was expected to bring most.
    """

    estimator: str
    status: FitStatus
    reason: str
    mae: float | None
    rmse: float | None
    value_mae: float | None
    bias: float | None
    bias_spread: float | None
    auc: float | None
    top_decile_share: float | None


class BacktestCounts(Read):
    """What has been found so far: origins done, estimators over them, and in the end the best one, or null.

    `proposed` is the newest sound version of the best one, unless it is the champion.
    """

    origins: int
    estimators: list[EstimatorScore]
    champion: str | None
    proposed: UUID | None


class BacktestRead(JobRead[BacktestParameters, BacktestCounts]):
    """A back-test."""


class BacktestPage(Read):
    """Back-tests, newest first."""

    items: list[BacktestRead]
    next: str | None


class Errors(Read):
    """Errors per customer, and totals."""

    mae: float
    rmse: float
    predicted: float
    actual: float


class MoneyErrors(Errors):
    """The same in money of the back-test's currency."""

    bias: float | None


class Group(Read):
    """Some customers: how many purchases they were expected to make on average, and made."""

    customers: int
    predicted: float
    actual: float


class DecileRow(Group):
    """A tenth of the customers, 1 with the lowest forecasts."""

    decile: int


class FrequencyRow(Group):
    """Customers with so many repeat purchases up to the cut-off, 7 standing for more."""

    frequency: int


class EstimatorOrigin(Read):
    """One estimator at one origin; figures are null without a sound fit, money without one of spend."""

    estimator: str
    status: FitStatus
    reason: str
    purchases: Errors | None
    value: MoneyErrors | None
    bias: float | None
    auc: float | None
    top_decile_share: float | None
    deciles: list[DecileRow]
    frequencies: list[FrequencyRow]


class OriginRead(Read):
    """One origin: who was known at the `cut_off`, and what they bought up to and with `until`."""

    cut_off: date
    until: date
    customers: int
    repeat_buyers: int
    purchases: int
    estimators: list[EstimatorOrigin]


class BacktestReport(Read):
    """Everything that a back-test has found so far, origin by origin, the earliest first."""

    id: UUID
    currency: str
    items: list[OriginRead]
    chart: Chart | None
