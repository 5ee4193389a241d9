"""Explaining one score: factors, plain rules, the facts behind them, and the same computed again."""

import asyncio
from typing import Any
from uuid import UUID

from services.scoring.evidence.queries import FACTS, ORDERS
from services.scoring.explanations.accounts import Worth, worth
from services.scoring.explanations.queries import Told, counted_now
from services.scoring.explanations.rules import rules
from services.scoring.explanations.telling import (
    Json,
    against_population,
    differing,
    equal,
    linked,
    money,
)
from services.scoring.scores.schemas import Reason
from services.scoring.scores.valuation import FACTORS
from shared.auth import Principal
from shared.statements import Runner

MOST_FACTS = 50


async def explained(on: Runner, principal: Principal, customer: UUID, told: Told) -> Json:
    """Return ExplanationRead of a score of the customer with this current id."""
    row, currency = told.row, told.currency
    factors = {name: row[name] for name in FACTORS if row[name] is not None}
    usual = told.standard.run["population"] or {}
    population, difference, split = against_population(factors, usual, currency)
    all_facts = f"/v1/scores/{customer}/facts"
    days = [told.account["first_day"], told.account["last_day"]]
    orders = await ORDERS.all(on, id=customer, days=days, known_at=row["written_at"])
    said = rules(told.account, row, currency)
    return {
        "customer_id": customer,
        "run_id": UUID(int=row["run_id"].int),
        "as_of": row["as_of"],
        "value": money(row["value"], currency),
        "population": population,
        "difference": difference,
        "factors": split,
        "reason": None if factors else Reason.NOT_ENOUGH_DATA,
        "rules": linked(said, map(dict, orders), told.account, all_facts),
        "statistics": told.account.statistics(),
        "facts": all_facts,
        "reproduction": await _reproduced(told),
        "since": await _since(on, principal, customer, told),
    }


async def told_between(on: Runner, principal: Principal, customer: UUID, **narrowed: Any) -> list[Any]:  # noqa: ANN401 - filters
    """Return some facts of a customer, the newest days first."""
    rows = await FACTS.all(on, principal, id=customer, limit=MOST_FACTS, **narrowed)
    return [row["data"] for row in rows]


async def _reproduced(told: Told) -> Json | None:
    """Compute the score again from its statistics and the parameters of its run."""
    model = told.standard.model
    if model is None:
        return None
    found: Worth = await asyncio.to_thread(worth, model, told.account)
    used = [
        {"id": UUID(int=one["id"].int), "kind": one["kind"], "href": f"/v1/estimators/{one['id']}"}
        for one in told.standard.versions
    ]
    return {
        "value": money(found.value, told.currency),
        "equal": equal(found.value, told.row["value"]),
        "exact": told.exact,
        "estimators": used,
    }


async def _since(on: Runner, principal: Principal, customer: UUID, told: Told) -> Json:
    """Compare with what today's facts give for the same day, and name those told since."""
    day, written = told.row["as_of"], told.row["written_at"]
    now = await counted_now(on, customer, day, told.currency)
    facts: list[Any] = []
    if written is not None:
        facts = await told_between(on, principal, customer, until=day, told_after=written)
    return {"statistics": differing(told.account, now), "facts": facts}
