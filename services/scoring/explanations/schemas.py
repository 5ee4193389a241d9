"""Explanations as callers see them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.scoring.explanations.rules import Rule
from services.scoring.facts.models import Kind
from services.scoring.scores.schemas import PartName, Reason, Tier
from shared.schemas import Instant, MoneyRead, Read


class FactRead(Read):
    """One fact, as it is known now; `href` is where its record is read.

    `counts`: a purchase, or what takes money of one back. `told_at` is when this version arrived here, null
    for what came before that was kept.
    """

    kind: Kind
    id: UUID
    href: str
    customer_id: UUID
    day: date
    amount: MoneyRead
    status: str | None
    counts: bool
    order_id: UUID | None
    version: int
    told_at: Instant | None


class FactPage(Read):
    """Facts, newest day first."""

    items: list[FactRead]
    next: str | None


class FactorRead(Read):
    """A factor of the value beside the population's, and its share of the difference of the two values."""

    name: PartName
    factor: float
    population: float
    contribution: MoneyRead


class RuleRead(Read):
    """A plain statement; `factor` is the one it explains, `facts` where to read what it rests on."""

    rule: Rule
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
    rules: list[RuleRead]
    statistics: StatisticsRead
    facts: str
    reproduction: ReproductionRead | None
    since: SinceRead


class Incomparable(StrEnum):
    """Why two values have no difference."""

    NOT_ENOUGH_DATA = "not_enough_data"
    OTHER_CURRENCY = "other_currency"


class EndRead(Read):
    """One end of a change: the value on the day, computed from what was said last and the run that stood.

    `said_on`, `run_id` are null where nothing had been said: the value is zero.
    """

    as_of: date
    said_on: date | None
    run_id: UUID | None
    value: MoneyRead | None


class ChangeParts(Read):
    """What a change consists of, in the order in which it is computed; they sum to the difference.

    `time`: the old statistics by the old parameters, seen on the new day. `data`: then the new statistics.
    `parameters`: then the new ones.
    """

    time: MoneyRead
    data: MoneyRead
    parameters: MoneyRead


class ScoreChangeRead(Read):
    """How a customer's value came from one day's to another's; without a prediction `reason` says why not.

    `statistics` are those that changed, `facts` those told in between, the newest days of them first.
    """

    customer_id: UUID
    since: EndRead
    until: EndRead
    difference: MoneyRead | None
    parts: ChangeParts | None
    reason: Incomparable | None
    statistics: list[Difference]
    facts: list[FactRead]


class OutlookRead(Read):
    """What a customer would be worth on a day."""

    as_of: date
    value: MoneyRead
    p10: MoneyRead
    p50: MoneyRead
    p90: MoneyRead
    p_alive: float
    p_active: float
    purchases_12m: float
    tier: Tier


class WhatIfRead(Read):
    """The score as it is, and as it would be by the same estimators.

    The contributions sum to the difference. Null together with a `reason` where nothing is predicted.
    """

    customer_id: UUID
    run_id: UUID
    now: OutlookRead | None
    then: OutlookRead | None
    difference: MoneyRead | None
    factors: list["FactorMoved"]
    reason: Reason | None


class FactorMoved(Read):
    """A factor before and after, and its share of the difference."""

    name: PartName
    now: float
    then: float
    contribution: MoneyRead
