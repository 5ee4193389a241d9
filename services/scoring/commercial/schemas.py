"""Commercial value as callers see it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.scoring.charts.specification import Chart
from shared.schemas import Instant, MoneyRead, Read


class Dimension(StrEnum):
    """What customers are grouped by; a cohort is those who bought first in one month.

    By campaign it is orders that are grouped, and costs: those that a campaign claims, and that name it.
    """

    OWNER = "owner"
    DEPARTMENT = "department"
    REGION = "region"
    COHORT = "cohort"
    CAMPAIGN = "campaign"


class ValuePart(Read):
    """What a part adds to the value: all but the revenue take from it."""

    name: str
    amount: MoneyRead


class Coverage(Read):
    """What is not known: `goods_known` is the share of the sales whose goods have a cost, null without sales.

    Lines and costs without an exchange rate count for nothing; shares that wait are those before.
    """

    goods_known: float | None
    lines_without_rate: int
    costs_without_rate: int
    shares_waiting: int


class Realized(Read):
    """What was realized: the parts add up to the contribution, to the cent.

    `commercial_value`: revenue less returns and what was paid to attract, acquire, develop and keep.
    `contribution`: that less the goods and what was paid to serve.
    """

    parts: list[ValuePart]
    commercial_value: MoneyRead
    contribution: MoneyRead
    coverage: Coverage


class CostBasis(Read):
    """What costs of one kind that came in one way took: `direct`, or shared on a basis."""

    kind: str
    basis: str
    costs: int
    amount: MoneyRead


class Expected(Read):
    """What is expected of the twelve months from `as_of` on, with its interval: the score's, never added."""

    value_12m: MoneyRead
    p10: MoneyRead
    p50: MoneyRead
    p90: MoneyRead
    as_of: date


class CommercialValue(Read):
    """What a customer brought and cost in a period; `costs_at` is where each cost is told with its basis."""

    customer_id: UUID
    since: date
    until: date
    realized: Realized
    bases: list[CostBasis]
    costs_at: str
    orders_at: str
    expected: Expected | None
    chart: Chart | None


class ExpectedTotal(Read):
    """What is expected of so many of the customers in twelve months."""

    value_12m: MoneyRead
    customers: int


class ValueGroup(Read):
    """What a group's customers brought and cost; `key` is null for those who have none.

    `customers` are those who bought or had a cost of their own; the shares of others' are told all the same.
    """

    key: str | None
    customers: int
    realized: Realized
    expected: ExpectedTotal | None


class ValueGroups(Read):
    """Groups by key: all of those customers whom the caller sees who brought or cost something.

    `customers_waiting`: of so many customers something has arrived that is not counted yet. `claims_as_of`:
    by campaign, when the orders of the campaign asked for longest ago were asked for; null without one.
    """

    items: list[ValueGroup]
    next: str | None
    customers_waiting: int
    claims_as_of: Instant | None
    by: Dimension
    since: date
    until: date


class CohortMonth(Read):
    """A cohort so many months after its first purchase: who bought, and what they brought less returns."""

    months: int
    active: int
    share: float
    revenue: MoneyRead
    margin: MoneyRead


class CohortRow(Read):
    """Those who bought first in one month, and what became of them."""

    cohort: str
    customers: int
    months: list[CohortMonth]


class CohortTable(Read):
    """Cohorts by month, of those customers whom the caller sees.

    `margin` is revenue less returns and goods; `share` is of the cohort. Empty months are told too.
    """

    since: date
    until: date
    items: list[CohortRow]
    chart: Chart | None
