"""Times a run over everything, phase by phase: wall clock, and what our processes and Postgres computed.

Usage: python -m bench.matching.whole <customers>. A scratch database on the server that
GUANXI_TEST_DATABASE_URL names, else on an embedded one, is made and dropped.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import psutil

from bench.matching.labelled import Document, labelled
from guanxi.migrate import upgrade
from guanxi.parts import part
from guanxi.postgres import EmbeddedPostgres
from guanxi.roles import EXTENSIONS
from jobs.working import work_once
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, NOTHING, DuplicateRun, _One
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database, speak_json
from shared.ids import uuid7
from shared.settings import Settings

ORIGINALS = 20_000  # of a labelled set: as many sets as are needed, each with a seed of its own
PHASES = ("read", "lay_out", "compare", "group")
COLUMNS = (
    *("id", "kind", "name", "given_name", "family_name", "contact_points", "addresses", "identities"),
    *("contact_keys", "tags", "attributes", "version", "created_at", "updated_at"),
)


@dataclass
class Watch:
    """What phases took: seconds of wall clock, of our processes, of this database's backends."""

    database: str
    took: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    largest: float = 0.0

    def timed(self, name: str, phase: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        """Return the phase, timed."""

        async def run(one: Any) -> None:  # noqa: ANN401 - a run
            began, before = time.perf_counter(), self.spent()
            await phase(one)
            after = self.spent()
            took = time.perf_counter() - began, after[0] - before[0], after[1] - before[1]
            self.took[name] = took
            say(f"  {name:10}{took[0]:9.1f} s{took[1]:14.1f} s{took[2]:14.1f} s")

        return run

    def spent(self) -> tuple[float, float]:
        """Return the seconds that our processes and this database's backends computed so far."""
        me = psutil.Process()
        ours = [me, *me.children(recursive=True)]
        mine = [each for each in ours if each.name() != "postgres"]
        self.largest = max(self.largest, sum(each.memory_info().rss for each in mine))
        return _cpu(mine), _cpu(_backends(self.database))


def _backends(database: str) -> Iterator[psutil.Process]:
    for each in psutil.process_iter(["name", "cmdline"]):
        if each.info["name"] == "postgres" and f" {database} " in " ".join(each.info["cmdline"] or ()):
            yield each


def _cpu(processes: Any) -> float:  # noqa: ANN401 - processes
    spent = 0.0
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            spent += each.cpu_times().user + each.cpu_times().system
    return spent


async def main(customers: int) -> None:
    """Load, run and print."""
    async with scratch("customer") as url:
        settings = Settings(service="customer", database_url=url, keys=Path(), secret=b"s" * 32)
        database, watch = await Database.open(settings), Watch(urlsplit(url).path[1:])
        truth = await load(url, customers)
        say(f"{customers:,} customers, {truth:,} pairs are one")
        async with database.begin(Principal.of_service("customer"), at=utc_now()) as tx:
            await JOBS.ask(tx, KIND, {"learn": True}, NOTHING)
        for name in PHASES:
            setattr(_One, name, watch.timed(name, getattr(_One, name)))
        say(f"  {'':10}{'wall clock':>11}{'our processes':>16}{'Postgres':>16}")
        began = time.perf_counter()
        await work_once(database, JOBS, {KIND: DuplicateRun(database)})
        whole = time.perf_counter() - began
        ours, theirs = (sum(each[at] for each in watch.took.values()) for at in (1, 2))
        say(f"  {'all':10}{whole:9.1f} s{ours:14.1f} s{theirs:14.1f} s")
        (job,) = await database.pool.fetch("select status, error, counts from customer.jobs")
        counts = job["counts"]
        say(
            f"{job['status']} {job['error'] or ''}: {counts['pairs']:,} pairs compared, {counts['found']:,} "
            f"found in {counts['clusters']:,} clusters; {watch.largest / 2**20:,.0f} MB at the ends of phases"
        )
        for cut in counts["blocks_cut"]:
            say(f"  cut: {cut}")
        await database.close()


@asynccontextmanager
async def scratch(service: str) -> AsyncIterator[str]:
    """Give the address of a database with a service's schema; drop it at the end."""
    given, embedded = os.environ.get("GUANXI_TEST_DATABASE_URL"), None
    if not given:
        embedded = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="gx")))
        given = embedded.start()
    name = f"gx_whole_{uuid4().hex[:8]}"
    url, owner = urlunsplit(urlsplit(given)._replace(path=f"/{name}")), await asyncpg.connect(given)
    await owner.execute(f"create database {name}")
    try:
        extending = await asyncpg.connect(url)
        for extension in EXTENSIONS:
            await extending.execute(f"create extension if not exists {extension} with schema public")
        await extending.close()
        await asyncio.to_thread(upgrade, url, [part(service)])
        yield url
    finally:
        await owner.execute(f"drop database {name} with (force)")
        await owner.close()
        if embedded:
            embedded.destroy()


async def load(url: str, customers: int) -> int:
    """Load labelled sets up to so many customers; return how many pairs are one."""
    line, seed, left, truth = await asyncpg.connect(url), 0, customers, 0
    await speak_json(line)
    await line.execute("set synchronous_commit = off")
    while left:
        made = labelled(ORIGINALS, seed)
        taken = min(left, len(made.documents))
        truth += sum(other < taken for _, other in made.pairs())
        rows = [_row(document) for document in made.documents[:taken]]
        random.Random(seed).shuffle(rows)
        await line.copy_records_to_table("customers", schema_name="customer", columns=COLUMNS, records=rows)
        left, seed = left - taken, seed + 1
    await line.execute("vacuum analyze customer.customers")
    await line.close()
    return truth


def _row(document: Document) -> tuple[Any, ...]:
    keys = [*(f"tel:{each}" for each in document["phones"]), *(f"mailto:{e}" for e in document["emails"])]
    names = (document[name] for name in ("kind", "name", "given_name", "family_name"))
    addresses = [{"id": str(uuid4()), "type": "postal", **each} for each in document["addresses"]]
    now = utc_now()
    return (uuid7(), *names, [], addresses, [], sorted(keys), [], document["attributes"], 1, now, now)


def say(line: str) -> None:
    """Print a line."""
    print(line, flush=True)  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
