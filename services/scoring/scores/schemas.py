"""Scores as callers see them."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas import Instant, MoneyRead, Read

Class = Annotated[int, Field(ge=1, le=5)]


class Tier(StrEnum):
    """The value pyramid: 1, 4, 15 and 80 per cent of the customers who have bought."""

    VIP = "vip"
    MAJOR = "major"
    ORDINARY = "ordinary"
    SMALL = "small"


class Segment(StrEnum):
    """VIP and major customers are the key ones."""

    KEY = "key"
    ORDINARY = "ordinary"
    SMALL = "small"


class Reason(StrEnum):
    """Why there is no prediction."""

    NOT_ENOUGH_DATA = "not_enough_data"


class PartName(StrEnum):
    """The factors of a predicted value, in the order in which they apply."""

    P_ALIVE = "p_alive"
    PURCHASES_IF_ALIVE = "purchases_if_alive"
    SPEND_PER_PURCHASE = "spend_per_purchase"
    MARGIN_RATE = "margin_rate"


class Prediction(Read):
    """What the customer is expected to bring in the 52 weeks after `as_of`.

    `p_active`: chance of at least one purchase in them. `purchases_12m` is expected purchase days. p10, p50
    and p90 are quantiles of the value. Amounts have as many decimals as the arithmetic does, so that the
    product of the parts can be checked.
    """

    p_alive: float
    p_active: float
    purchases_12m: float
    value_12m: MoneyRead
    p10: MoneyRead
    p50: MoneyRead
    p90: MoneyRead


class Rfm(Read):
    """Recency, frequency (purchase days) and money in fifths; equals share the better class."""

    r: Class
    f: Class
    m: Class


class Part(Read):
    """A factor of the predicted value beside that of the whole base; both columns multiply to a value."""

    name: PartName
    factor: float
    population: float


class ScoreRead(Read):
    """A customer's value.

    `realized`: orders less returns up to `as_of`. `rank` is that of the last run, null for a customer who
    came after it. `parts` multiply to prediction.value_12m; margin_rate is among them when costs are known.
    `coverage`: share of the orders whose money is known in the currency. `facts_after`: purchases after a
    pinned `as_of`, which are not in the score. `run_id` and `version` are null as long as no run has scored
    anybody.
    """

    customer_id: UUID
    version: int | None
    run_id: UUID | None
    as_of: date
    tier: Tier
    segment: Segment
    rank: int | None
    purchase_days: int
    realized: MoneyRead
    prediction: Prediction | None
    reason: Reason | None
    rfm: Rfm
    parts: list[Part]
    coverage: float
    facts_after: int


class ScorePage(Read):
    """Scores, highest value first."""

    items: list[ScoreRead]
    next: str | None


class ScoreHistoryRead(ScoreRead):
    """What was said of a customer, as it was said.

    `customer_id` is the id that had the score, also of a customer merged since. `ended`: from `as_of` on this
    id had none (merged away, deleted, or the last purchase gone); the figures are those it had last.
    """

    ended: bool
    written_at: Instant


class ScoreHistoryPage(Read):
    """What was said of a customer, newest first."""

    items: list[ScoreHistoryRead]
    next: str | None
