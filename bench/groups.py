"""Times groups and cohorts of customers, the sums behind them, and a round of lifecycles over everybody.

Usage: python -m bench.groups <customers>. A scratch database as in bench.nightly, with an owner for each
5,000 customers, 31 regions, a cost of their own for one in ten, and four costs that all share, weighed.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.dialects.postgresql import insert

from bench.matching.whole import Watch, say, scratch
from bench.nightly import TODAY, load
from services.scoring.cube.lines import COLUMNS, sold
from services.scoring.cube.models import SoldLine
from services.scoring.identities.models import COMPUTED
from services.scoring.totals.queries import COHORTS, GROUPS, KEPT
from services.scoring.valuing.carrying import WORKER
from services.scoring.valuing.working import Worker
from shared.database import Database
from shared.settings import Settings
from shared.statements import Statement

NOW = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=12)
MONTH, YEAR = (date(2026, 3, 1), date(2026, 3, 31)), (date(2025, 4, 1), date(2026, 3, 31))
AGAIN = 10  # times each answer is asked for; the middle one counts
_LINES = Statement(insert(SoldLine).from_select(COLUMNS, sold()), unguarded=COMPUTED)
_DESCRIBE = """
update scoring.identities set owner = 'u-' || abs(hashtext(original_id::text)) % greatest($1 / 5000, 1),
    department = 'd-' || abs(hashtext(original_id::text)) % 12,
    region = 'r-' || abs(hashtext(reverse(original_id::text))) % 31"""
_PAID = """
insert into scoring.costs
    (id, customer_id, kind, amount, currency, first_day, last_day, basis, generation, version)
    select gen_random_uuid(), original_id, 'serve', 5, 'CNY', '2026-03-05', '2026-03-05', 'direct', 1, 1
    from scoring.identities where hashtext(original_id::text) % 10 = 0"""
_SHARED = """
with cost as (
    insert into scoring.costs (id, kind, amount, currency, first_day, last_day, basis, generation, version)
        select gen_random_uuid(), kind, round($1::numeric / 10, 2), 'CNY', '2026-03-01', '2026-03-31',
            'equal', 1, 1
        from unnest(array['attract', 'develop', 'keep', 'serve']) kind returning id)
insert into scoring.cost_allocations (id, cost_id, fetched, held, units, generation, version)
    select gen_random_uuid(), id, true, gen_random_uuid(), $1::numeric * 10, 1, 1 from cost"""
_SHARES = """
insert into scoring.cost_shares (held, customer_id, units, upto)
    select held, original_id, 10, 10 * row_number() over (partition by held order by original_id)
    from scoring.cost_allocations, scoring.identities"""
_MARK = "insert into scoring.value_marks (customer_id) select original_id from scoring.identities"


async def main(customers: int) -> None:
    """Load, count everything once, and time what is asked and kept."""
    async with scratch("scoring") as url:
        facts = await load(url, customers)
        settings = Settings(service="scoring", database_url=url, keys=Path(), secret=b"s" * 32)
        database = await Database.open(settings)
        worker, watch = Worker(database, "CNY", lambda: NOW), Watch(urlsplit(url).path[1:])
        say(f"{customers:,} customers, {facts:,} orders, four costs that all share")
        say(f"  {'':24}{'wall clock':>11}{'our processes':>16}{'Postgres':>12}{'longest step':>14}")
        await prepare(database, customers)
        await phase(watch, "sums and shares", worker.count_once)
        await phase(watch, "a run", worker.run_once)
        await phase(watch, "lifecycles of all", worker.judge_once)
        await phase(watch, "lifecycles again", again(database, worker))
        await database.pool.execute("vacuum analyze")
        await answers(database)
        await one_moves(database, worker)
        await database.close()


async def prepare(database: Database, customers: int) -> None:
    """Fill what a load through the feeds would have."""
    async with database.begin(WORKER, at=NOW) as tx:
        on = tx.connection
        await on.execute("set local statement_timeout = 0")
        await on.execute(_DESCRIBE, customers)
        await _LINES.value(on, currency="CNY")
        await on.execute("truncate scoring.sales_marks")
        await on.execute(_PAID)
        await on.execute(_SHARED, customers)
        await on.execute(_SHARES)
        await on.execute(_MARK)
    await database.pool.execute("analyze", timeout=600)


def again(database: Database, worker: Worker) -> Callable[[], Awaitable[bool]]:
    """Return what judges everybody once more, as after a change of limits that changes nothing."""
    asked = False

    async def step() -> bool:
        nonlocal asked
        if not asked:
            await database.pool.execute("update scoring.lifecycle_rounds set done = false, run_id = null")
            asked = True
        return await worker.judge_once()

    return step


async def phase(watch: Watch, name: str, step: Callable[[], Awaitable[bool]]) -> None:
    """Take steps until nothing is left; say how long it took, and the longest, which is one transaction."""
    began, before, longest = time.perf_counter(), watch.spent(), 0.0
    more = True
    while more:
        at = time.perf_counter()
        more = await step()
        longest = max(longest, time.perf_counter() - at)
    after = watch.spent()
    ours, its = after[0] - before[0], after[1] - before[1]
    say(f"  {name:24}{time.perf_counter() - began:9.1f} s{ours:14.1f} s{its:10.1f} s{longest:12.2f} s")


async def answers(database: Database) -> None:
    """Time each answer."""
    for title, (since, until) in (("a month", MONTH), ("a year", YEAR)):
        for at, dimension in enumerate(GROUPS):
            asked = {"since": since, "until": until, "currency": "CNY", "last_key": None, "limit": 51}
            await asking(f"by {dimension}, {title}", database, KEPT, dimension=at, **asked)
    months = {"since": YEAR[0], "until": YEAR[1], "currency": "CNY", "last": 2026 * 12 + 2}
    await asking("cohorts of a year", database, COHORTS, **months)


async def asking(title: str, database: Database, statement: Statement, **given: object) -> None:
    """Say how long a statement takes, the middle of several times."""
    took = []
    for _ in range(AGAIN):
        began = time.perf_counter()
        rows = await statement.all(database.pool, **given)
        took.append(time.perf_counter() - began)
    took.sort()
    middle, most = (1000 * took[at] for at in (len(took) // 2, -1))
    say(f"  {title:24}{middle:9.0f} ms, at most {most:.0f} ms, {len(rows)} rows")


async def one_moves(database: Database, worker: Worker) -> None:
    """Say how long it takes until somebody who changed hands is counted with the new owner."""
    one = await database.pool.fetchval("select original_id from scoring.identities limit 1")
    await database.pool.execute("update scoring.identities set owner = 'new' where original_id = $1", one)
    await database.pool.execute("insert into scoring.value_marks (customer_id) values ($1)", one)
    began = time.perf_counter()
    while await worker.count_once():
        pass
    say(f"  {'one changes hands':24}{1000 * (time.perf_counter() - began):9.0f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
