"""What increments cannot be faster than: numpy alone in memory, and PostgreSQL that only takes rows in."""

import io
import time
from typing import Any

import numpy as np
from asyncpg.pool import PoolConnectionProxy

from bench.nightly import TODAY
from services.scoring.scores.rows import place_among, rows
from services.scoring.states.histories import PATIENT, of_everybody
from services.scoring.states.history import History, day_number
from services.scoring.valuing.standard import Standard
from shared.database import Database

# What came after the base was loaded, which is told at no time.
_TOLD = "select {columns} from scoring.facts where told_at is not null"
_ROWS = {
    "facts": _TOLD.format(columns="*"),
    **{
        table: f"select distinct on ({key}) * from scoring.{table} "
        f"where {key} in ({_TOLD.format(columns='customer_id')}) order by {key}, version desc"
        for table, key in (
            ("scores", "customer_id"),
            ("history", "subject"),
            ("score_history", "customer_id"),
        )
    },
}


async def in_memory(database: Database, whose: list[int], money: list[float]) -> float:
    """Merge orders of today into the histories of a base, and score who bought; return the seconds.

    `whose` are the places of the customers, in the order of their ids; one place for each order's `money`.
    """
    async with database.pool.acquire() as on, on.transaction():
        await PATIENT.value(on)
        base = await of_everybody(on, until=TODAY, currency="CNY")
        standard = await Standard.read(on)
    if standard is None:
        raise LookupError("no run")
    began = time.perf_counter()
    touched = merged(base, np.array(whose), np.array(money), day_number(TODAY))
    found, _ = rows(touched, standard.model, day_number(TODAY))
    place_among(found, touched, standard.cuts)
    return time.perf_counter() - began


def merged(base: History, whose: Any, money: Any, day: int) -> History:  # noqa: ANN401 - arrays
    """Add orders of one day after all others; return the histories that this changes."""
    orders, spent = (np.bincount(whose, weights, len(base)) for weights in (None, money))
    at = np.flatnonzero(orders)
    for name in ("orders", "priced_orders"):
        base[name][at] += orders[at].astype(np.int64)
    for name in ("days", "repeat_days"):
        base[name][at] += 1
    for name, part in (("money", 1.0), ("repeat_money", 1.0), ("costed", 1.0), ("cost", 0.5)):
        base[name][at] += part * spent[at]
    base["last_day"][at] = day
    return np.asarray(base[at])


async def only_copied(database: Database) -> dict[str, tuple[int, float]]:
    """Copy what increments wrote into empty tables with the same indexes; return rows and seconds of each."""
    found = {}
    async with database.pool.acquire() as on, on.transaction():
        await PATIENT.value(on)
        for table, query in _ROWS.items():
            found[table] = await _copied(on, table, query)
    return found


async def _copied(on: PoolConnectionProxy, table: str, query: str) -> tuple[int, float]:
    raw, floor = io.BytesIO(), f"floor_{table}"

    async def keep(data: bytes) -> None:
        raw.write(data)

    await on.execute(f"create table scoring.{floor} (like scoring.{table} including all)")
    await on.copy_from_query(query, output=keep, format="binary", timeout=600)
    raw.seek(0)
    began = time.perf_counter()
    done = await on.copy_to_table(floor, schema_name="scoring", source=raw, format="binary", timeout=600)
    return int(done.rpartition(" ")[2]), time.perf_counter() - began
