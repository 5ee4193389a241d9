"""What callers send and get about forecasts of the base."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from jobs.schemas import JobRead
from shared.schemas import Body, MoneyRead, Read, Whole, example


class ForecastBy(StrEnum):
    """What customers are grouped by: all together, or by tier or segment as they are now."""

    NOTHING = "nothing"
    TIER = "tier"
    SEGMENT = "segment"


class BaseForecastCreate(Body):
    """A forecast of the purchases and the value of all customers in so many weeks from the newest run on.

    `discount`: the yearly rate at which later value counts less.
    """

    model_config = example(weeks=52, by="tier")

    weeks: Annotated[Whole, Field(ge=1, le=260)] = 52
    by: ForecastBy = ForecastBy.TIER
    discount: Annotated[float, Field(ge=0, le=1)] = 0.0


class BaseForecastParameters(Read):
    """What was asked for."""

    weeks: int
    by: ForecastBy
    discount: float


class Purchases(Read):
    """How many purchases are expected, and what will not be exceeded by one, five and nine in ten."""

    mean: float
    p10: float
    p50: float
    p90: float


class Value(Read):
    """The same in money: revenue at the firm's margin rate, or all of it if no cost is known."""

    mean: MoneyRead
    p10: MoneyRead
    p50: MoneyRead
    p90: MoneyRead


class GroupForecast(Read):
    """What a group of customers will buy; `key` is null for all together.

    `by_parameters`: which part of the variance of the value is not chance, but that parameters are not known
    better. Null where nothing is expected.
    """

    key: str | None
    customers: int
    purchases: Purchases | None
    value: Value | None
    by_parameters: float | None


class BaseForecastCounts(Read):
    """What was found: all customers, and each group; from the day and by the estimator of the newest run."""

    as_of: date | None
    estimator: str | None
    groups: list[GroupForecast]


class BaseForecastRead(JobRead[BaseForecastParameters, BaseForecastCounts]):
    """A forecast of the base."""


class BaseForecastPage(Read):
    """Forecasts of the base, newest first."""

    items: list[BaseForecastRead]
    next: str | None
