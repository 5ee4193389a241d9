"""Owns how an explanation is put together from a score, its account and the population. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isclose, prod
from typing import Any

from services.scoring.explanations.accounts import STATISTICS, Account, Worth
from services.scoring.explanations.rules import ScoreRule
from services.scoring.explanations.splitting import shares
from services.scoring.scores.ranking import TIERS

EQUAL = 1e-9
Json = dict[str, Any]


def money(amount: float, currency: str) -> Json:
    """Write an amount with all its digits, so that sums and products can be checked."""
    return {"amount": f"{Decimal(repr(float(amount))):f}", "currency": currency}


def against_population(
    factors: Mapping[str, float], population: Mapping[str, float], currency: str
) -> tuple[Json | None, Json | None, list[Json]]:
    """Return the population's value, the difference to it, and the factors with their shares of that."""
    if not factors:
        return None, None, []
    usual = {name: population[name] for name in factors}
    split = shares([*factors.values()], [*usual.values()])
    told = [
        {"name": name, "factor": value, "population": usual[name], "contribution": money(share, currency)}
        for (name, value), share in zip(factors.items(), split, strict=True)
    ]
    base = prod(usual.values())
    return money(base, currency), money(prod(factors.values()) - base, currency), told


def moved(before: Worth, after: Worth, currency: str) -> list[Json]:
    """Return the factors of two values with their shares of the difference."""
    split = shares([*after.factors.values()], [*before.factors.values()])
    return [
        {"name": name, "now": was, "then": after.factors[name], "contribution": money(share, currency)}
        for (name, was), share in zip(before.factors.items(), split, strict=True)
    ]


def outlook(found: Worth, day: date, *, tier: int, currency: str) -> Json:
    """Return what a customer is worth on a day, with the tier that this is among the run's customers."""
    amounts = {name: money(getattr(found, name), currency) for name in ("value", "p10", "p50", "p90")}
    p_alive = found.factors["p_alive"]
    return {
        "as_of": day,
        **amounts,
        "p_alive": p_alive,
        "p_active": found.p_active,
        "purchases_12m": p_alive * found.factors["purchases_if_alive"],
        "tier": TIERS[tier - 1],
    }


def differing(then: Account | None, now: Account | None) -> list[Json]:
    """Return the statistics that are not the same."""
    pairs = ((name, then and then[name], now and now[name]) for name in STATISTICS)
    return [{"name": name, "then": was, "now": is_} for name, was, is_ in pairs if not _same(was, is_)]


def linked(
    told: Sequence[Json], orders: Iterable[Mapping[str, Any]], account: Account, all_: str
) -> list[Json]:
    """Give each rule the addresses of what it rests on: the orders of its days, or the list of all facts."""
    rows = [(row["day"], row["href"]) for row in orders]
    first, last = ([href for day, href in rows if day == account[name]] for name in ("first_day", "last_day"))
    of = {
        ScoreRule.RECENCY: last,
        ScoreRule.FREQUENCY: [*first, f"{all_}?kind=order"],
        ScoreRule.LATER_FACTS: [f"{all_}?kind=order"],
    }
    return [{**each, "facts": of.get(each["rule"], [all_])} for each in told]


def equal(one: float, other: float) -> bool:
    """Tell whether two values are the same within a billionth."""
    return isclose(one, other, rel_tol=EQUAL, abs_tol=1e-12)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - days or numbers
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=EQUAL, abs_tol=1e-6)
    return bool(one == other)
