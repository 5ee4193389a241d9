"""Lifecycles as callers see them."""

from datetime import date
from uuid import UUID

from services.scoring.charts.specification import Chart
from services.scoring.lifecycle.thresholds import Ground, Phase
from shared.schemas import Read


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
