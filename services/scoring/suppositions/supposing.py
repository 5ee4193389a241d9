"""Owns what a score would be, had nothing been bought for some days, or something just now. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.scoring.explanations.accounts import Account, worth
from services.scoring.explanations.queries import Told
from services.scoring.explanations.telling import Json, money, moved, outlook
from services.scoring.scores.schemas import Reason


@dataclass(frozen=True, slots=True)
class Supposed:
    """So many days without an order, then an order of this amount, in the currency of the run."""

    days: int
    order: float | None

    def of(self, account: Account) -> Account:
        """Return what would have been bought."""
        later = account.on(account.day + timedelta(self.days))
        return later if self.order is None else later.buying(self.order)


def supposed(told: Told, customer: UUID, case: Supposed) -> Json:
    """Return WhatIfRead: the score as it is and as it would be, by the same estimators."""
    run_id, model = UUID(int=told.row["run_id"].int), told.standard.model
    found: Json = {"customer_id": customer, "run_id": run_id}
    if model is None:
        nothing = dict.fromkeys(("now", "then", "difference"))
        return {**found, **nothing, "factors": [], "reason": Reason.NOT_ENOUGH_DATA}
    accounts = (told.account, case.of(told.account))
    before, after = (worth(model, account) for account in accounts)
    tiers = [int(told.standard.cuts.tier(each.value, customer.hex)) for each in (before, after)]
    now = outlook(before, accounts[0].day, tier=tiers[0], currency=told.currency)
    then = outlook(after, accounts[1].day, tier=tiers[1], currency=told.currency)
    difference = money(after.value - before.value, told.currency)
    factors = moved(before, after, told.currency)
    return {**found, "now": now, "then": then, "difference": difference, "factors": factors, "reason": None}
