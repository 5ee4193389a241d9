"""Lifecycles as callers see them, and the limits that they set."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.charts.specification import Chart
from services.scoring.lifecycle.thresholds import Ground, Phase
from shared.schemas import Body, Instant, Read, Whole, example
from web.bodies import kept

Share = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[Whole, Field(ge=7, le=366)]
Count = Annotated[Whole, Field(ge=1, le=24)]
Factor = Annotated[float, Field(gt=0, le=1000)]


class LifecycleStep(Read):
    """A change of state; `value` is the number that the rule compared, `limit` what with."""

    day: date
    state: Phase
    rule: Ground
    value: float | None
    limit: float | None


class LifecycleRead(Read):
    """Where the relation with a customer stands, by which rule, and every change that led there.

    A prospect has not bought yet: nothing has changed. `id` and `version` are those of the feed.
    """

    id: UUID
    customer_id: UUID
    version: int
    state: Phase
    since: date | None
    rule: Ground
    value: float | None
    limit: float | None
    trajectory: list[LifecycleStep]


class LifecyclePage(Read):
    """Lifecycles by customer."""

    items: list[LifecycleRead]
    next: str | None


class LifecycleNumbers(Read):
    """What the rules look at; null where it says nothing.

    Gaps and tenure are in days. gap_typical and gap_limit: what half and, by default, nine in ten next
    purchases take of somebody with this history who stays. cv: deviation of the money of orders by its mean.
    growth_t: t statistic of the slope of log(1 + money). margin_change: as a share, against periods before.
    """

    orders: int
    tenure: int | None
    gap: int | None
    gap_typical: float | None
    gap_limit: float | None
    p_alive: float | None
    cv: float | None
    growth_t: float | None
    margin_change: float | None
    new_categories: int


class LifecycleDetail(Read):
    """A lifecycle as the facts are at this moment, with the numbers of the day; `id` once it was kept."""

    id: UUID | None
    customer_id: UUID
    as_of: date | None
    state: Phase
    since: date | None
    rule: Ground
    value: float | None
    limit: float | None
    numbers: LifecycleNumbers | None
    trajectory: list[LifecycleStep]


class LifecycleCount(Read):
    """How many were in a state on each of the two days, and how many are they."""

    state: Phase
    before: int
    after: int


class LifecycleMove(Read):
    """How many went from one state into another."""

    before: Phase
    after: Phase
    customers: int


class LifecycleFlow(Read):
    """Where the customers that you see stood on two days, as is known now, and who went where.

    Who had not bought yet counts as a prospect. Rows and columns of `flows` add up to `states`.
    """

    since: date
    until: date
    customers: int
    states: list[LifecycleCount]
    flows: list[LifecycleMove]
    chart: Chart | None


class LifecycleSettingsUpdate(Body):
    """Limits; what is absent stays. Everybody is judged anew by them, past and present."""

    model_config = example(decline_p_alive=0.5, lost_p_alive=0.1, period_days=14)

    period_days: Days = kept()
    hysteresis: Annotated[Whole, Field(ge=1, le=6)] = kept()
    exploration_orders: Count = kept()
    exploration_gaps: Factor = kept()
    silence_level: Share = kept()
    decline_p_alive: Share = kept()
    lost_p_alive: Share = kept()
    lost_silence_level: Share = kept()
    margin_fall: Share = kept()
    margin_periods: Count = kept()
    margin_weight: Share = kept()
    margin_purchases: Factor = kept()
    order_weight: Share = kept()
    growth_t: Annotated[float, Field(ge=0, le=100)] = kept()
    category_periods: Count = kept()
    stability_orders: Count = kept()
    stability_cv: Annotated[float, Field(gt=0, le=10)] = kept()


class LifecycleSettingsRead(Read):
    """The limits in force, as `docs/lifecycle.md` explains them; times in days."""

    id: UUID
    version: int
    period_days: int
    hysteresis: int
    exploration_orders: int
    exploration_gaps: float
    silence_level: float
    decline_p_alive: float
    lost_p_alive: float
    lost_silence_level: float
    margin_fall: float
    margin_periods: int
    margin_weight: float
    margin_purchases: float
    order_weight: float
    growth_t: float
    category_periods: int
    stability_orders: int
    stability_cv: float
    updated_at: Instant
