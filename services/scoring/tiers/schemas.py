"""The value pyramid as callers see it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from services.scoring.charts.specification import Chart
from services.scoring.scores.schemas import Segment, Tier
from services.scoring.tiers.cutting import CutBy
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


class TierCut(Read):
    """What the tiers of the newest run were cut by, see TierSettingsRead."""

    by: CutBy
    limits: list[float]


class TierPyramid(Read):
    """The customers with a score by tier, those of them whom the caller sees.

    `gini`: 0 when all bring the same, towards 1 when one brings all; null without value. `top_fifth_share`:
    what part of the value the best fifth of the customers bring (the 80/20 rule says .8). `as_of` and
    `run_id` are null as long as there was no run. `next_cut`: what the settings ask for and the run that the
    change has begun will apply; null when it holds. (A pinned run stays until somebody asks for another.)
    """

    as_of: date | None
    run_id: UUID | None
    customers: int
    items: list[TierRead]
    gini: float | None
    top_fifth_share: float | None
    cut: TierCut
    next_cut: TierCut | None
    chart: Chart | None


class Place(StrEnum):
    """A tier, or none: not yet or no longer a customer who has bought."""

    NONE = "none"
    VIP = "vip"
    MAJOR = "major"
    ORDINARY = "ordinary"
    SMALL = "small"


class TierCount(Read):
    """How many were in a tier on each of the two days."""

    tier: Tier
    before: int
    after: int


class TierMove(Read):
    """How many went from one tier into another; from none are the new, to none the gone."""

    before: Place
    after: Place
    customers: int


class TierMigration(Read):
    """How the customers that you see moved between tiers, by what was said of them on the two days.

    The moves of a tier add up to its count, before and after; `customers` = new + gone + stayed + up + down.
    """

    since: date
    until: date
    customers: int
    new: int
    gone: int
    stayed: int
    up: int
    down: int
    tiers: list[TierCount]
    moves: list[TierMove]
    chart: Chart | None
