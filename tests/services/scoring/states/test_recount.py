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
from tests.services.scoring.base import Base, customer, id_of, order, rate

START, PEOPLE = date(2026, 1, 1), [f"p{number}" for number in range(6)]
UNTIL = START + timedelta(60)


@dataclass
class Oracle:
    """The newest version of each fact, whose it is or was, and what all of them say about a customer."""

    facts: dict[str, Received] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)

    def learn(self, told: Received) -> None:
        key = f"{told.kind} {told.subject}"
        if key not in self.facts and told.gone:
            return  # nothing was told that could come back
        if key not in self.facts or self.facts[key].version < told.version:
            self.facts[key] = told
            self.whose[key] = told.data.get("customer_id", self.whose.get(key))

    def history(self, name: str, until: date) -> dict[str, Any]:
        """Return what the state should hold, in CNY at par and USD at 7."""
        days: dict[date, list[Decimal]] = defaultdict(list)
        loose = Decimal()
        mine = [self.facts[key] for key, whose in self.whose.items() if whose == str(id_of(name))]
        orders = {str(told.subject): told for told in mine if told.kind == "order"}
        bought = {key: told for key, told in orders.items() if _counts(told)}
        notes = [told for told in mine if told.kind == "credit_note" and _counts(told)]
        instead = {told.data["return_id"] for told in notes if _day(told) <= until}
        for told in bought.values():
            if _day(told) <= until:
                days[_day(told)].append(_money(told))
        back = [told for told in mine if told.kind == "return" and not told.gone]
        for told in [*notes, *(each for each in back if str(each.subject) not in instead)]:
            of = told.data["order_id"]
            if _day(told) > until or (of in orders and of not in bought):
                continue
            if of in bought and _day(bought[of]) <= until:
                days[_day(bought[of])].append(-_money(told))
            else:
                loose -= _money(told)
        sums = [sum(days[day], Decimal()) for day in sorted(days)]
        return {
            "days": len(sums),
            "money": float(sum(sums) + loose),
            "repeat_money": float(sum(sums[1:])),
            "first_day": day_number(min(days)) if days else None,
            "last_day": day_number(max(days)) if days else None,
        }


def _counts(told: Received) -> bool:
    return not told.gone and told.data["status"] not in {"draft", "cancelled"}


def _money(told: Received) -> Decimal:
    money = told.data["amount" if told.kind == "credit_note" else "total"]
    return Decimal(money["amount"]) * {"CNY": 1, "USD": 7}[money["currency"]]


def _day(told: Received) -> date:
    names = ("placed_at", "returned_at", "issued_at")
    return date.fromisoformat(next(told.data[name] for name in names if name in told.data)[:10])


def _random_fact(chance: random.Random, number: int) -> Received:
    """Return an order, a return or a credit note: new, corrected, cancelled, opened again, or gone."""
    who, version = chance.choice(PEOPLE), chance.randint(1, 4)
    day = (START + timedelta(chance.randint(0, 70))).isoformat()
    amount, currency = f"{chance.randint(1, 500)}.{chance.randint(0, 99):02}", chance.choice(["CNY", "USD"])
    gone, kind = chance.random() < 0.1, chance.random()
    status = chance.choice(["confirmed", "shipped", "cancelled", "draft"])
    if kind < 0.6:
        return order(
            f"o{number}", who, day, amount, version=version, gone=gone, status=status, currency=currency
        )
    of = None if chance.random() < 0.2 else str(id_of(f"o{chance.randint(0, 30)}"))
    data: dict[str, Any] = {"customer_id": str(id_of(who)), "order_id": of}
    money = {"amount": amount, "currency": currency}
    if kind < 0.8:
        data |= {"returned_at": f"{day}T00:00:00Z", "total": money, "lines": []}
        return Received("return", id_of(f"r{number}"), version, gone, {} if gone else data, 1)
    back = None if chance.random() < 0.3 else str(id_of(f"r{chance.randint(0, 30)}"))
    status = chance.choice(["issued", "issued", "cancelled"])
    data |= {"issued_at": f"{day}T00:00:00Z", "amount": money, "return_id": back, "status": status}
    return Received("credit_note", id_of(f"c{number}"), version, gone, {} if gone else data, 1)


def _equal(found: History, oracle: Oracle, until: date) -> None:
    by_id = {row["customer_id"].tobytes(): row for row in found}
    for name in PEOPLE:
        expected, row = oracle.history(name, until), by_id.get(id_of(name).bytes)
        assert (row is None) == (expected["days"] == 0), name
        if row is not None:
            assert {key: row[key] for key in expected} == pytest.approx(expected, abs=1e-9), name


@pytest.fixture(scope="module")
async def told(base: Base) -> Base:
    await base.facts_told(rate("USD", "CNY", "2025-12-01", "7"))
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


@pytest.mark.parametrize("kind", ["return", "credit_note"])
async def test_who_took_back_the_only_purchase_has_bought_nothing(told: Base, kind: str) -> None:
    """What was returned of an order that is cancelled later counts by itself, and takes nothing."""
    who, pool = PEOPLE[0], told.scoring.database.pool
    await pool.execute("truncate scoring.facts, scoring.states, scoring.marks")
    money = {"amount": "3", "currency": "CNY"}
    data = {"customer_id": str(id_of(who)), "order_id": str(id_of("o1")), "return_id": None}
    data |= {"returned_at" if kind == "return" else "issued_at": "2026-01-03T00:00:00Z"}
    data |= {"total": money, "amount": money, "status": "issued", "lines": []}
    bought = order("o1", who, "2026-01-02", "10", currency="CNY")
    await told.facts_told(bought, Received(kind, id_of("b1"), 1, gone=False, data=data, generation=1))
    assert [row["money"] for row in await of_some(pool, [id_of(who)], until=UNTIL, currency="CNY")] == [7]
    await told.facts_told(order("o1", who, "2026-01-02", "10", version=2, status="cancelled", currency="CNY"))
    assert list(await of_some(pool, [id_of(who)], until=UNTIL, currency="CNY")) == []
    async with pool.acquire() as on, on.transaction():
        assert list(await of_everybody(on, until=UNTIL, currency="CNY")) == []
