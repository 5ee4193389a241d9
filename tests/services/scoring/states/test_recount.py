"""States are at any time what a recount of the newest facts in plain Python gives."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from feed.consumer import Received
from services.scoring.states.histories import of_everybody, of_some
from services.scoring.states.history import History
from tests.services.scoring.base import Base, customer, id_of, order, rate
from tests.services.scoring.states.oracle import Oracle, equal, newest

START, PEOPLE = date(2026, 1, 1), [f"p{number}" for number in range(6)]
UNTIL = START + timedelta(60)


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
    equal(found, {name: oracle.history(until, name) for name in PEOPLE})


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
        once = newest(page)
        await told.facts_told(*once)
        for one in once:
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
