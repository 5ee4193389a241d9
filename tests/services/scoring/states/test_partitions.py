"""One feed or eight partitions of it, one worker or eight: the same states, the same scores."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncpg import Record

from feed.consumer import Received
from services.scoring.valuing import touching
from services.scoring.valuing.carrying import WORKER
from services.scoring.valuing.touching import score_touched
from tests.services.scoring.base import Base, cdnow, order

NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)
STATES = "select * from scoring.states order by customer_id"
FACTS = "select customer_id, kind, subject, version, day, amount, counts from scoring.facts order by 1, 2, 3"
SCORES = """select customer_id, as_of, tier, realized, purchase_days, last_day from scoring.scores
    where not deleted order by customer_id"""
ESTIMATES = """select value, p_alive, p10, p50, p90 from scoring.scores
    where not deleted order by customer_id"""


@pytest.fixture(scope="module")
async def known(base: Base) -> Base:
    """150 customers and what they bought until July 1998, not yet told of."""
    base.at(NOW)
    customers, _ = cdnow(150, "CNY")
    await base.customers(*customers)
    return base


def feed() -> list[Received]:
    """Return all orders, and corrections of a third: amount, day, customer, or cancelled."""
    chance, (_, orders) = random.Random(1), cdnow(150, "CNY")  # noqa: S311 - a test that can be repeated
    told, people = list(orders), [str(one.data["customer_id"]) for one in orders]
    for number, one in enumerate(orders):
        if number % 3 == 0:
            how: dict[str, Any] = chance.choice(
                [
                    {"total": {"amount": "9.50", "currency": "CNY"}},
                    {"placed_at": "1998-06-15T09:00:00Z"},
                    {"status": "cancelled"},
                    {"customer_id": chance.choice(people)},
                ]
            )
            data = {**one.data, **how}
            told.append(Received(one.kind, one.subject, 2, gone=False, data=data, generation=1))
    return told


async def counted(base: Base, query: str) -> list[Record]:
    return list(await base.scoring.database.pool.fetch(query))


async def test_eight_interleaved_partitions_give_the_states_of_one_feed(known: Base) -> None:
    """Parted by customer, so that what moves from one to another is told in two of them, in any order."""
    whole, pool = feed(), known.scoring.database.pool
    await known.facts_told(*whole[: len(whole) // 2])
    await known.facts_told(*whole[len(whole) // 2 :])
    one = [await counted(known, query) for query in (STATES, FACTS)]
    await pool.execute("truncate scoring.facts, scoring.states, scoring.marks")
    parts: list[list[Received]] = [[] for _ in range(8)]
    for entry in whole:
        parts[int(entry.data["customer_id"][-1], 16) % 8].append(entry)

    chance = random.Random(2)  # noqa: S311 - as above
    while left := [part for part in parts if part]:
        part = chance.choice(left)
        page = {one.subject: one for one in part[:40]}
        del part[:40]
        await known.facts_told(*page.values())
    assert [await counted(known, query) for query in (STATES, FACTS)] == one


async def test_eight_workers_give_the_scores_of_one(known: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds the lock of publication scores, others find nothing to do; few are written as many are."""
    database = known.scoring.database
    await known.settle()
    assert (await known.run())["predicts"] is True
    people = sorted({row["customer_id"] for row in await counted(known, SCORES)})
    later = [order(f"l{at}", "", "1998-07-01", "12.00", currency="CNY") for at in range(len(people))]
    told = [
        Received(
            one.kind, one.subject, 1, gone=False, data={**one.data, "customer_id": str(who)}, generation=1
        )
        for one, who in zip(later, people, strict=True)
    ]
    gone = [Received(one.kind, one.subject, 2, gone=True, data={}, generation=1) for one in told]
    found, estimates = [], []
    for workers, version, few in ((1, 1, touching.FEW), (8, 3, 0)):
        monkeypatch.setattr(touching, "FEW", few)

        async def work() -> None:
            done = 1
            while done:
                async with database.begin(WORKER, at=NOW) as tx:
                    done = await score_touched(tx, most=7)

        again = [Received(o.kind, o.subject, version, gone=False, data=o.data, generation=1) for o in told]
        await known.facts_told(*again)
        await asyncio.gather(*(work() for _ in range(workers)))
        found.append(await counted(known, SCORES))
        estimates.append([figure for row in await counted(known, ESTIMATES) for figure in row])
        await known.facts_told(*gone)
        await known.settle()
    assert found[0] == found[1]
    assert estimates[0] == pytest.approx(estimates[1], rel=1e-6)  # as exactly as quantiles are solved
    assert sum(row["last_day"].isoformat() == "1998-07-01" for row in found[0]) == len(people)
