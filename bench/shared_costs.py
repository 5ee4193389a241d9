"""Times the sharing of one cost among everybody: how long, what others wait, how a customer's costs are read.

Usage: python -m bench.shared_costs <customers>. A scratch database as in bench.nightly. Meanwhile a second
connection marks the cost and reads a customer's costs, again and again, as feeds and callers would.
"""

import asyncio
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bench.matching.whole import Watch, say, scratch
from bench.nightly import id_of
from services.interaction.costs.allocation import BY_CUSTOMER
from services.interaction.costs.marks import mark_all
from services.interaction.costs.weigher import Weigher
from shared.auth import Principal
from shared.database import Database
from shared.settings import Settings

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
READER = Principal("bench", frozenset())
_CUSTOMERS = """
insert into interaction.identities (original_id, current_id)
    select id, id from unnest($1::uuid[]) id"""
_COST = """
insert into interaction.shared_costs
    (id, kind, amount, currency, first_day, last_day, among, basis, weights, version, attributes, created_at,
    updated_at)
    values (gen_random_uuid(), 'keep', 123456.78, 'CNY', '2026-03-01', '2026-03-31', 'all', 'equal', '[]', 1,
    '{}', now(), now())"""
_SETTLED = "select customers from interaction.cost_weighings"


async def main(customers: int) -> None:
    """Load, share, share again unchanged, and share with one customer more."""
    async with scratch("interaction") as url:
        settings = Settings(service="interaction", database_url=url, keys=Path(), secret=b"s" * 32)
        database = await Database.open(settings)
        watch = Watch(urlsplit(url).path[1:])
        for start in range(0, customers, 50_000):
            ids = [id_of(number, 0) for number in range(start, min(start + 50_000, customers))]
            await database.pool.execute(_CUSTOMERS, ids)
        await database.pool.execute(_COST)
        await database.pool.execute("analyze interaction.identities")
        say(f"{customers:,} customers and one cost that all share")
        await weigh(database, watch, "shared")
        await weigh(database, watch, "again, unchanged")
        await database.pool.execute(_CUSTOMERS, [id_of(customers // 2, 5)])
        await weigh(database, watch, "one customer more")
        await database.close()


async def weigh(database: Database, watch: Watch, title: str) -> None:
    """Let the worker share what waits, while others mark and read."""
    await mark_all(database.pool)
    weigher, done = Weigher(database, rest=timedelta(0)), asyncio.Event()
    others = asyncio.create_task(disturb(database, done))
    began, before = time.perf_counter(), watch.spent()
    await weigher.step()
    took, after = time.perf_counter() - began, watch.spent()
    done.set()
    its = after[1] - before[1]
    marking, reading = await others
    borne = await database.pool.fetchval(_SETTLED)
    size = await database.pool.fetchval("select pg_total_relation_size('interaction.cost_shares')")
    say(f"  {title:20}{took:7.1f} s, Postgres {its:.1f} s; {borne:,} bear it, {size / 1e6:.0f} MB")
    marked, read = 1000 * marking, 1000 * reading
    say(f"    meanwhile: a mark waited {marked:.0f} ms, a customer's costs took {read:.0f} ms, at most")


async def disturb(database: Database, done: asyncio.Event) -> tuple[float, float]:
    """Mark and read until it is done; return the longest that each took."""
    longest = [0.0, 0.0]
    since, until = MARCH
    asked = {"since": since, "until": until, "customer": id_of(7, 0), "limit": 1}
    while not done.is_set():
        began = time.perf_counter()
        await mark_all(database.pool)
        middle = time.perf_counter()
        await BY_CUSTOMER.all(database.pool, READER, **asked)
        longest = [
            max(longest[0], middle - began),
            max(longest[1], time.perf_counter() - middle),
        ]
        await asyncio.sleep(0.05)
    return longest[0], longest[1]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
