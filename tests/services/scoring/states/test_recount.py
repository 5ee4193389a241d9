"""States are at any time what a recount of the newest facts in plain Python gives."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from feed.consumer import Received
from services.scoring.states.histories import of_everybody, of_some
from services.scoring.states.history import History, day_number
from tests.services.scoring.base import Base, customer, id_of, order

START, PEOPLE = date(2026, 1, 1), [f"p{number}" for number in range(6)]
UNTIL = START + timedelta(60)


@dataclass
class Oracle:
    """The newest version of each fact, and what it says about a customer."""

    facts: dict[str, Received] = field(default_factory=dict)

    def learn(self, told: Received) -> None:
        key = f"{told.kind} {told.subject}"
        if key not in self.facts and told.gone:
            return  # nothing was told that could come back
        if key not in self.facts or self.facts[key].version < told.version:
            self.facts[key] = told

    def history(self, name: str, until: date) -> dict[str, Any]:
        """Return what the state should hold, in CNY at par and USD at 7."""
        days: dict[date, list[Decimal]] = defaultdict(list)
        loose, rate = Decimal(), {"CNY": 1, "USD": 7}
        mine = [f for f in self.facts.values() if not f.gone and f.data["customer_id"] == str(id_of(name))]
        orders = {str(f.subject): f for f in mine if f.kind == "order" and f.data["status"] != "cancelled"}
        for told in mine:
            money = Decimal(told.data["total"]["amount"]) * rate[told.data["total"]["currency"]]
            own = _day(told)
            if own > until:
                continue
            if str(told.subject) in orders:
                days[own].append(money)
            elif told.kind == "return":
                of = orders.get(told.data["order_id"])
                if of is not None and _day(of) <= until:
                    days[_day(of)].append(-money)
                else:
                    loose -= money
        sums = [sum(days[day], Decimal()) for day in sorted(days)]
        return {
            "days": len(sums),
            "money": float(sum(sums) + loose),
            "repeat_money": float(sum(sums[1:])),
            "first_day": day_number(min(days)) if days else None,
            "last_day": day_number(max(days)) if days else None,
        }


def _day(told: Received) -> date:
    return date.fromisoformat((told.data.get("placed_at") or told.data["returned_at"])[:10])


def _random_fact(chance: random.Random, number: int) -> Received:
    who, version = chance.choice(PEOPLE), chance.randint(1, 4)
    day = (START + timedelta(chance.randint(0, 70))).isoformat()
    amount, currency = f"{chance.randint(1, 500)}.{chance.randint(0, 99):02}", chance.choice(["CNY", "USD"])
    gone = chance.random() < 0.1
    if chance.random() < 0.8:
        status = chance.choice(["confirmed", "confirmed", "cancelled"])
        return order(
            f"o{number}", who, day, amount, version=version, gone=gone, status=status, currency=currency
        )
    of = None if chance.random() < 0.2 else str(id_of(f"o{chance.randint(0, 30)}"))
    data = {
        "customer_id": str(id_of(who)),
        "returned_at": f"{day}T00:00:00Z",
        "order_id": of,
        "total": {"amount": amount, "currency": currency},
        "lines": [],
    }
    return Received("return", id_of(f"r{number}"), version, gone, {} if gone else data, 1)


def _equal(found: History, oracle: Oracle, until: date) -> None:
    by_id = {row["customer_id"].tobytes(): row for row in found}
    for name in PEOPLE:
        expected, row = oracle.history(name, until), by_id.get(id_of(name).bytes)
        assert (row is None) == (expected["days"] == 0), name
        if row is not None:
            assert {key: row[key] for key in expected} == pytest.approx(expected, abs=1e-9), name


@pytest.fixture(scope="module")
async def told(base: Base) -> Base:
    client = base.scoring.client()
    answer = await client.put("/v1/exchange-rates/USD/CNY/2025-12-01", json={"rate": "7"})
    assert answer.status_code == 201
    await base.customers(*(customer(name) for name in PEOPLE))
    return base


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_versions_gives_the_recount(told: Base, seed: int) -> None:
    """Facts come in random pages, again, out of order, deleted, and under another customer than before."""
    chance, oracle = random.Random(seed), Oracle()  # noqa: S311 - a test that can be repeated
    pool = told.scoring.database.pool
    await pool.execute("truncate scoring.facts, scoring.states, scoring.marks")
    for _ in range(12):
        page = [_random_fact(chance, chance.randint(0, 30)) for _ in range(chance.randint(1, 12))]
        newest = {f"{one.kind} {one.subject}": one for one in sorted(page, key=lambda one: one.version)}
        await told.facts_told(*newest.values())
        for one in newest.values():
            oracle.learn(one)
        ids = [id_of(name) for name in PEOPLE]
        for until in (UNTIL, UNTIL - timedelta(40)):
            _equal(await of_some(pool, ids, until=until, currency="CNY"), oracle, until)
            async with pool.acquire() as on, on.transaction():
                _equal(await of_everybody(on, until=until, currency="CNY"), oracle, until)
                await on.execute("update scoring.states set currency = 'XXX'")  # as if counted in another
                _equal(await of_everybody(on, until=until, currency="CNY"), oracle, until)
                await on.execute("update scoring.states set currency = 'CNY'")
