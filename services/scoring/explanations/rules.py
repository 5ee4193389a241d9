"""Owns the plain words: which statistics stand behind which factor of a value. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.scoring.explanations.accounts import Account


class ScoreRule(StrEnum):
    """What is said about a customer."""

    RECENCY = "recency"
    FREQUENCY = "frequency"
    SPEND = "spend"
    MARGIN = "margin"
    COVERAGE = "coverage"
    LATER_FACTS = "later_facts"


Said = dict[str, Any]


def rules(account: Account, row: Mapping[str, Any], currency: str) -> list[Said]:
    """Return what is to be said, each with the factor it explains and its figures; days and money plain."""
    found = [_recency(account), _frequency(account), _spend(account, row, currency)]
    if row["margin_rate"] is not None:
        found.append(_margin(account, row, currency))
    if row["coverage"] < 1:
        share = row["coverage"]
        text = f"{share:.0%} of the orders have money known in {currency}; the others count for timing only."
        found.append(_said(ScoreRule.COVERAGE, None, text, coverage=share))
    if row["facts_after"]:
        later, day = row["facts_after"], row["as_of"]
        text = f"{later} purchases after {day} are not in it: the run is pinned to that day."
        found.append(_said(ScoreRule.LATER_FACTS, None, text, purchases=later))
    return found


def _recency(account: Account) -> Said:
    silent = (account.day - account["last_day"]).days
    again = account["purchase_days"] - 1
    if not again:
        return _said(
            ScoreRule.RECENCY, "p_alive", f"Bought on one day only, {silent} days ago.", days_silent=silent
        )
    gap = (account["last_day"] - account["first_day"]).days / again
    gaps = silent / gap
    text = f"Last purchase {silent} days ago, own typical gap {gap:.1f} days: {gaps:.1f} gaps of silence."
    return _said(ScoreRule.RECENCY, "p_alive", text, days_silent=silent, typical_gap_days=gap, gaps=gaps)


def _frequency(account: Account) -> Said:
    days, known = account["purchase_days"], (account.day - account["first_day"]).days
    text = f"{days} days with a purchase in the {known} days since {account['first_day']}."
    return _said(ScoreRule.FREQUENCY, "purchases_if_alive", text, purchase_days=days, days_known=known)


def _spend(account: Account, row: Mapping[str, Any], currency: str) -> Said:
    days, expected = account["repeat_days"], row["spend_per_purchase"]
    mean = account["repeat_money"] / days if days else None
    if mean is None:
        text = "No repeat purchase whose money is known: what others spend stands in."
    else:
        text = f"{mean:.2f} {currency} on each of {days} repeat days"
        text += (
            "." if expected is None else f"; with what others spend, {expected:.2f} are expected of the next."
        )
    figures = {"mean_repeat_spend": mean, "expected_spend": expected}
    return _said(ScoreRule.SPEND, "spend_per_purchase", text, repeat_days=days, **figures)


def _margin(account: Account, row: Mapping[str, Any], currency: str) -> Said:
    costed, rate = account["costed"], row["margin_rate"]
    if costed > 0:
        text = f"Of {costed:.2f} {currency} sold at a known cost {rate:.1%} was margin."
    else:
        text = f"No order has a known cost: the margin of the whole firm, {rate:.1%}, stands in."
    return _said(ScoreRule.MARGIN, "margin_rate", text, margin_rate=rate, sold_at_known_cost=costed)


def _said(rule: ScoreRule, factor: str | None, text: str, **figures: float | None) -> Said:
    known = {name: value for name, value in figures.items() if value is not None}
    return {"rule": rule, "factor": factor, "text": text, "figures": known, "facts": []}
