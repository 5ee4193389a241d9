"""Suppositions as callers see them."""

from datetime import date
from uuid import UUID

from services.scoring.scores.schemas import PartName, Reason, Tier
from shared.schemas import MoneyRead, Read


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


class FactorMoved(Read):
    """A factor before and after, and its share of the difference."""

    name: PartName
    now: float
    then: float
    contribution: MoneyRead


class WhatIfRead(Read):
    """The score as it is, and as it would be by the same estimators.

    The contributions sum to the difference. Null together with a `reason` where nothing is predicted.
    """

    customer_id: UUID
    run_id: UUID
    now: OutlookRead | None
    then: OutlookRead | None
    difference: MoneyRead | None
    factors: list[FactorMoved]
    reason: Reason | None
