"""Times new orders on their way into the scores of a whole base: facts, states, scores, feed and history.

Usage: python -m bench.increments <customers> <new orders>. Beside them: what numpy alone takes for the same
merging and scoring, and what PostgreSQL takes to COPY the same rows into the same tables and do nothing else.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bench.floors import in_memory, only_copied
from bench.matching.whole import Watch, say, scratch
from bench.nightly import SEED, TODAY, id_of, load, one_run
from feed.consumer import Received
from services.scoring.following import Interactions
from services.scoring.valuing.carrying import WORKER
from services.scoring.valuing.working import Worker
from shared.database import Database
from shared.settings import Settings

NOW = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=12)
PAGE, SINGLE = 1_000, 200  # entries of a page of the feed; orders that are told of one by one
ONE, BULK = 2, 3  # kinds of ids
VACUUMED = ("scores", "marks", "states", "facts")
_LEFT = "select count(*) from scoring.marks"
_TOLD = "select count(*) from scoring.history"


async def main(customers: int, orders: int) -> None:
    """Load, score everybody, and time what comes after."""
    async with scratch("scoring") as url:
        facts = await load(url, customers)
        settings = Settings(service="scoring", database_url=url, keys=Path(), secret=b"s" * 32)
        database = await Database.open(settings)
        worker, watch = Worker(database, "CNY", lambda: NOW), Watch(urlsplit(url).path[1:])
        began = time.perf_counter()
        await one_run(worker)
        say(f"{customers:,} customers with {facts:,} orders, scored in {time.perf_counter() - began:.0f} s")
        await one_by_one(database, worker, customers)
        for table in VACUUMED:
            await database.pool.execute(f"vacuum analyze scoring.{table}")
        await backlog(database, worker, watch, (customers, orders))
        await floors(database, customers, orders)
        await database.close()


async def backlog(database: Database, worker: Worker, watch: Watch, size: tuple[int, int]) -> None:
    """Tell of all new orders, first all applied, then all scored, and say how long it took."""
    new, before = told(*size, BULK), await database.pool.fetchval(_TOLD)
    say(f"  {'':10}{'wall clock':>11}{'our processes':>16}{'Postgres':>12}")
    applied = await phase(watch, "applied", lambda: apply(database, new))
    shown = await phase(watch, "shown", lambda: touch(worker))
    scores = await database.pool.fetchval(_TOLD) - before
    left = await database.pool.fetchval(_LEFT)
    say(
        f"{len(new):,} orders: {len(new) / applied:,.0f} facts applied/s; {scores:,} scores, "
        f"{scores / shown:,.0f} shown/s; {applied + shown:.1f} s in all; {left} marks left"
    )


async def floors(database: Database, customers: int, orders: int) -> None:
    """Say what nobody can be faster than."""
    whose, money = drawn(customers, orders, BULK)
    alone = await in_memory(database, whose, money)
    say(f"in memory, merged and scored by numpy: {1000 * alone:.0f} ms")
    copied = await only_copied(database)
    each = "; ".join(f"{table} {rows:,} in {took:.2f} s" for table, (rows, took) in copied.items())
    say(f"only copied into empty tables: {sum(took for _, took in copied.values()):.2f} s ({each})")


async def phase(watch: Watch, name: str, work: Callable[[], Awaitable[None]]) -> float:
    """Do it; say and return how many seconds it took."""
    began, before = time.perf_counter(), watch.spent()
    await work()
    took, after = time.perf_counter() - began, watch.spent()
    spent = after[0] - before[0], after[1] - before[1]
    say(f"  {name:10}{took:9.2f} s{spent[0]:14.2f} s{spent[1]:10.2f} s")
    return took


async def apply(database: Database, new: Sequence[Received]) -> None:
    """Apply entries as the follower does."""
    following = Interactions("CNY")
    for start in range(0, len(new), PAGE):
        async with database.begin(WORKER, at=NOW) as tx:
            await following.apply(tx, new[start : start + PAGE])


async def touch(worker: Worker) -> None:
    """Score everybody who was touched."""
    while await worker.touch_once():
        pass


async def one_by_one(database: Database, worker: Worker, customers: int) -> None:
    """Tell of single orders, and see each in its score before the next."""
    took = []
    for one in told(customers, SINGLE, ONE):
        began = time.perf_counter()
        await apply(database, [one])
        await touch(worker)
        took.append(1000 * (time.perf_counter() - began))
    p50, p99 = np.percentile(took, (50, 99))
    say(f"{SINGLE} orders one by one: p50 {p50:.1f} ms, p99 {p99:.1f} ms until the score is new")


def told(customers: int, orders: int, kind: int) -> list[Received]:
    """Return entries of interaction's feed: orders of today of customers drawn at random."""
    pairs = zip(*drawn(customers, orders, kind), strict=True)
    return [_order(number, whose, f"{money:.2f}", kind) for number, (whose, money) in enumerate(pairs)]


def drawn(customers: int, orders: int, kind: int) -> tuple[list[int], list[float]]:
    """Return whose orders these are, and for how much."""
    draw = np.random.default_rng(SEED + kind)
    return draw.integers(0, customers, orders).tolist(), (10 + draw.gamma(2.0, 30.0, orders)).tolist()


def _order(number: int, customer: int, money: str, kind: int) -> Received:
    cost = f"{float(money) / 2:.2f}"
    data: dict[str, Any] = {
        "customer_id": str(id_of(customer, 0)),
        "placed_at": NOW.isoformat(),
        "status": "confirmed",
        "total": {"amount": money, "currency": "CNY"},
        "lines": [{"line": 1, "quantity": "1", "amount": money, "cost": cost}],
    }
    return Received("order", id_of(number, kind), 1, gone=False, data=data, generation=1)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
