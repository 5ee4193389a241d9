"""What tiers are cut by, as callers send and get it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.tiers.cutting import CutBy
from shared.schemas import Body, Instant, Read, example
from web.bodies import kept

Limits = Annotated[list[Annotated[float, Field(ge=0, le=1e12)]], Field(min_length=3, max_length=3)]


class TierSettingsUpdate(Body):
    """What tiers are cut by; what is absent stays. A run that applies it is begun at once."""

    model_config = example(by="customers", limits=[1, 5, 20])

    by: CutBy = kept()
    limits: Limits = kept()


class TierSettingsRead(Read):
    """What tiers are cut by from the next run on: `limits` end VIP, major and ordinary; small are the others.

    customers: per cent of the customers, counted from the best, rounded up. value: the fewest best customers
    who bring so many per cent of all positive value. amount: whoever brings at least this much, in the
    currency of the run.
    """

    id: UUID
    version: int
    by: CutBy
    limits: list[float]
    updated_at: Instant
