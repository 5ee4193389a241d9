"""Times runs over everybody, phase by phase: the first one, which fits, and that of the night after.

Usage: python -m bench.nightly <customers>. A scratch database on the server that GUANXI_TEST_DATABASE_URL
names, else on an embedded one, is made and dropped. Customers live by MBG/NBD, drawn with a fixed seed.
"""

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import numpy as np

from bench.derived import STATES
from bench.matching.whole import Watch, say, scratch
from services.scoring.valuing import carrying
from services.scoring.valuing.working import Worker
from shared.database import Database
from shared.settings import Settings

TODAY = date(2026, 3, 31)
DAYS, SEED = 500, 7  # since the first customer came
R, ALPHA, A, B = 0.55, 6.0, 0.9, 1.6  # weeks; near those of CDNOW
_NEW = """
insert into scoring.identities (original_id, current_id, generation, version)
    select id, id, 1, 1 from given"""
_RUN = """
select status, reason, fits, customers, predicts, error, drift from scoring.scoring_runs
    order by id desc limit 1"""
_COLUMNS = (
    *("customer_id", "kind", "subject", "generation", "version", "day", "amount", "cost", "costed"),
    *("currency", "status", "counts"),
)


async def main(customers: int) -> None:
    """Load, and do the first run, and that of the night after."""
    async with scratch("scoring") as url:
        loading = time.perf_counter()
        facts = await load(url, customers)
        say(f"{customers:,} customers, {facts:,} orders, loaded in {time.perf_counter() - loading:.0f} s")
        settings = Settings(service="scoring", database_url=url, keys=Path(), secret=b"s" * 32)
        database = await Database.open(settings)
        watch = Watch(urlsplit(url).path[1:])
        for name in ("read", "compute_apart", "publish"):
            setattr(carrying, name, timed(watch, name, getattr(carrying, name)))
        say(f"  {'':16}{'wall clock':>11}{'our processes':>16}{'Postgres':>12}")
        for days in (0, 1):
            await night(database, days)
        await database.close()


async def night(database: Database, days: int) -> None:
    """Let a worker do what is due so many days on, and tell how long it took."""
    now = datetime.combine(TODAY + timedelta(days=days), datetime.min.time(), UTC)
    worker = Worker(database, "CNY", lambda: now)
    began = time.perf_counter()
    await one_run(worker)
    took = time.perf_counter() - began
    run = await database.pool.fetchrow(_RUN)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    say(f"{took:6.1f} s in all; peaks: {own:,.0f} MB here, {child:,.0f} MB apart; {dict(run or {})}")


async def one_run(worker: Worker) -> None:
    """Let a worker do the run that is due."""
    while await worker.run_once():
        worker._asked = time.monotonic()  # noqa: SLF001 - one run


def timed(watch: Watch, name: str, phase: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return the phase, telling what it takes: wall clock, and seconds of computing."""

    async def run(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
        began, ours, theirs = time.perf_counter(), _computed(), watch.spent()[1]
        try:
            return await phase(*given, **more)
        finally:
            took = time.perf_counter() - began
            spent = _computed() - ours, watch.spent()[1] - theirs
            say(f"  {name:16}{took:9.1f} s{spent[0]:14.1f} s{spent[1]:10.1f} s")

    return run


def _computed() -> float:
    """Return the seconds that this process, and the ended ones that it started, have computed."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


async def load(url: str, customers: int) -> int:
    """Load customers, their orders and the states; return how many orders there are."""
    line = await asyncpg.connect(url)
    await line.execute(
        "set synchronous_commit = off; set work_mem = '256MB'; create temp table given (id uuid)"
    )
    who, day, amount = orders(customers)
    ids = [id_of(number, 0) for number in range(customers)]
    await line.copy_records_to_table("given", columns=["id"], records=((each,) for each in ids))
    await line.execute(_NEW)

    async def rows() -> AsyncIterator[tuple[Any, ...]]:
        for at in range(len(who)):
            money = int(amount[at])
            fact = (id_of(at, 1), 1, 1, date.fromordinal(int(day[at])), money, money // 2, money)
            yield (ids[who[at]], "order", *fact, "CNY", "confirmed", True)

    await line.copy_records_to_table("facts", schema_name="scoring", columns=_COLUMNS, records=rows())
    await STATES.value(line, first=UUID(int=0), currency="CNY")
    for table in ("facts", "states", "identities"):
        await line.execute(f"vacuum analyze scoring.{table}")
    await line.close()
    return len(who)


def orders(customers: int) -> tuple[Any, Any, Any]:
    """Return who buys on which day for how much, by the story of MBG/NBD; one order a day."""
    draw, today = np.random.default_rng(SEED), TODAY.toordinal()
    first = today - draw.integers(1, DAYS, customers)
    rate = draw.gamma(R, 1 / ALPHA, customers) / 7
    left = draw.geometric(draw.beta(A, B, customers)) - 1
    clock, going = first.astype(float), np.arange(customers)
    found = [(going, first)]
    while len(going := going[left[going] > 0]):
        clock[going] += draw.exponential(1 / np.maximum(rate[going], 1e-300))
        going = going[clock[going] < today]
        left[going] -= 1
        found.append((going, clock[going].astype(np.int64)))
    who, day = (np.concatenate(each) for each in zip(*found, strict=True))
    _, once = np.unique(np.stack([who, day]), axis=1, return_index=True)
    return who[once], day[once], 10 + draw.gamma(2.0, 30.0, len(once))


def id_of(number: int, kind: int) -> UUID:
    """Return the id of a customer (kind 0) or of an order, by its number."""
    return UUID(int=(0x01900000 << 96) | (0x7 << 76) | (0x8 << 60) | (kind << 48) | number)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
