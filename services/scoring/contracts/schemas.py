"""Contracts as callers see them."""

from datetime import date
from uuid import UUID

from services.scoring.charts.specification import Chart
from services.scoring.versions.schemas import FitStatus
from shared.schemas import MoneyRead, Read


class SurvivalPoint(Read):
    """The share of contracts left after so many renewals, with its 95 % interval; null beyond what was seen.

    `at_risk` came to this renewal, `lost` of them did not renew. `fitted` is the share by the fit,
    `retention` the share of those who come to this renewal that renews, null without a sound fit.
    """

    renewal: int
    at_risk: int | None
    lost: int | None
    share: float | None
    low: float | None
    high: float | None
    fitted: float | None
    retention: float | None


class ContractFit(Read):
    """A shifted beta-geometric: each renewal is the end by a chance of one's own, Beta(alpha, beta)."""

    status: FitStatus
    reason: str
    parameters: dict[str, float] | None
    standard_errors: dict[str, float] | None
    log_likelihood: float | None


class ContractSurvival(Read):
    """How long contracts have lasted, of customers that you see, and how long they are expected to."""

    as_of: date
    period_days: int
    grace_days: int
    contracts: int
    ended: int
    fit: ContractFit
    points: list[SurvivalPoint]
    chart: Chart | None


class ContractRead(Read):
    """A customer's newest contract; `ended_on` is the day that it was paid up to, null while it may go on.

    `paid_per_period` is the mean so far. `p_renews` is the chance to renew next, `expected_renewals` how many
    are still expected (null: without end, or no sound fit), `discounted_renewals` the same with later ones
    worth less, and `residual_value` that times what is paid per period.
    """

    customer_id: UUID
    started_on: date
    renewals: int
    renews_on: date | None
    ended_on: date | None
    paid_per_period: MoneyRead
    p_renews: float | None
    expected_renewals: float | None
    discounted_renewals: float | None
    residual_value: MoneyRead | None


class ContractPage(Read):
    """Contracts by customer."""

    items: list[ContractRead]
    next: str | None
