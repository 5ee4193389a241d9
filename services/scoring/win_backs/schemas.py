"""Win-backs as callers see them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.lifecycle.thresholds import Ground, Phase
from shared.schemas import Amount, AmountRead, Body, Instant, MoneyRead, Read, example
from web.bodies import kept

Share = Annotated[float, Field(ge=0, le=1)]


class Leaving(StrEnum):
    """The states from which customers are won back."""

    LOST = Phase.LOST.value
    DECLINE = Phase.DECLINE.value


class WinBackRead(Read):
    """What trying is worth: gain = p_lost x value_if_back x response - cost.

    `p_lost` is 1 - P(alive). `value_if_back`: what the customer would bring in the 52 weeks after `as_of` of
    its score, if active. `response` and `cost` are the settings'.
    """

    customer_id: UUID
    state: Leaving
    since: date
    rule: Ground
    p_lost: float
    value_if_back: MoneyRead
    response: float
    cost: MoneyRead
    gain: MoneyRead


class WinBackPage(Read):
    """Who is worth most to be brought back, first."""

    items: list[WinBackRead]
    next: str | None


class WinBackSettingsUpdate(Body):
    """Settings; what is absent stays."""

    model_config = example(response_lost=0.05, response_decline=0.1, cost="5.00")

    response_lost: Share = kept()
    response_decline: Share = kept()
    cost: Annotated[Amount, Field(ge=Decimal(0))] = kept()


class WinBackSettingsRead(Read):
    """The share of those asked who return, by state, and what asking one costs, in the scores' currency."""

    id: UUID
    version: int
    response_lost: float
    response_decline: float
    cost: AmountRead
    updated_at: Instant
