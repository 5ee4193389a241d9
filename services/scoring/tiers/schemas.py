"""The value pyramid as callers see it."""

from datetime import date
from uuid import UUID

from services.scoring.scores.schemas import Segment, Tier
from shared.schemas import MoneyRead, Read


class TierRead(Read):
    """A tier of the pyramid; `value` is what its customers are ranked by, `realized` what they brought."""

    tier: Tier
    segment: Segment
    customers: int
    share: float
    value: MoneyRead
    value_share: float | None
    realized: MoneyRead


class TierPyramid(Read):
    """The customers with a score by tier, those of them whom the caller sees.

    `gini`: 0 when all bring the same, towards 1 when one brings all; null without value. `as_of` and `run_id`
    are null as long as there was no run.
    """

    as_of: date | None
    run_id: UUID | None
    customers: int
    items: list[TierRead]
    gini: float | None
