"""Explanations as callers see them."""

from datetime import date
from uuid import UUID

from services.scoring.evidence.schemas import FactRead
from services.scoring.explanations.rules import ScoreRule
from services.scoring.scores.schemas import PartName, Reason
from shared.schemas import MoneyRead, Read


class FactorRead(Read):
    """A factor of the value beside the population's, and its share of the difference of the two values."""

    name: PartName
    factor: float
    population: float
    contribution: MoneyRead


class ScoreRuleRead(Read):
    """A plain statement; `factor` is the one it explains, `facts` where to read what it rests on."""

    rule: ScoreRule
    factor: PartName | None
    text: str
    figures: dict[str, float]
    facts: list[str]


class StatisticsRead(Read):
    """What a value is computed from: days with a purchase, and money in the run's currency.

    `repeat_days` and `repeat_money` leave out the first day, `costed` is the money whose `cost` is known.
    """

    first_day: date
    last_day: date
    purchase_days: int
    repeat_days: int
    realized: float
    repeat_money: float
    cost: float
    costed: float


class EstimatorUsed(Read):
    """A fitted estimator."""

    id: UUID
    kind: str
    href: str


class ReproductionRead(Read):
    """The value computed again, now, from the kept statistics and the fitted estimators of the run.

    `equal`: to what was said, within a billionth. `exact` is false for a score from before statistics were
    kept: today's facts stand in.
    """

    value: MoneyRead
    equal: bool
    exact: bool
    estimators: list[EstimatorUsed]


class Difference(Read):
    """A statistic that is another one now."""

    name: str
    then: float | date | None
    now: float | date | None


class SinceRead(Read):
    """What today's facts say about the same day: the statistics that differ, and the facts told since.

    Without such facts a difference comes from an exchange rate, or from customers merged or parted.
    """

    statistics: list[Difference]
    facts: list[FactRead]


class ExplanationRead(Read):
    """Why a customer is worth what it is said to be.

    `factors` multiply to `value`; their `population`s multiply to `population`, the mean value of the base
    that the run scored, and their contributions sum to `difference`: each is the Shapley value of its factor.
    Without a prediction there are none, and `value` is what was realized.
    """

    customer_id: UUID
    run_id: UUID
    as_of: date
    value: MoneyRead
    population: MoneyRead | None
    difference: MoneyRead | None
    factors: list[FactorRead]
    reason: Reason | None
    rules: list[ScoreRuleRead]
    statistics: StatisticsRead
    facts: str
    reproduction: ReproductionRead | None
    since: SinceRead
