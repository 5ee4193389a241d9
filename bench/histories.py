"""Rows of what is read of histories: timelines narrowed and from either end, a giant's, totals, balances."""

import random
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bench.dataset import SEED, Slice, customer_id
from bench.lines import ORGANIZATIONS, OWNERS
from bench.reads import SAMPLES, Read
from bench.rounds import Bench

PAGE, DEEP = 20, 10_000
LEAST, MOST = 20, 200  # interactions of customers that are neither new nor very busy
BRIEF = ("gateway ×32", "direct ×32", "direct ×1")
GIANT, GIANT_DEEP = "timeline of a giant", "timeline of a giant, a deep page"
# Which fact is the last of so many pages, by the indexes that timelines are read by.
_AT = """
select occurred_at, id from (
    select occurred_at, id from interaction.interactions where customer_id = $1
    union all select occurred_at, id from interaction.orders where customer_id = $1
    union all select occurred_at, id from interaction.calls where customer_id = $1) as facts
order by occurred_at desc, id desc offset $2 limit 1"""
_FACTS = """
select (select count(*) from interaction.interactions where customer_id = $1)
    + (select count(*) from interaction.orders where customer_id = $1)
    + (select count(*) from interaction.calls where customer_id = $1)"""


def ordinary(part: Slice) -> list[UUID]:
    """Return some customers with from 20 to 200 interactions, as Zipf expects it."""
    draws, first, last = random.Random(SEED), part.busy(MOST), part.busy(LEAST)
    return [customer_id(part.customer(draws.randrange(first, max(last, first + 1)))) for _ in range(SAMPLES)]


def organizations(part: Slice) -> list[UUID]:
    """Return some organizations, busy or not."""
    draws, tens = random.Random(SEED), part.customers // ORGANIZATIONS
    first = -(-part.start.customers // ORGANIZATIONS)
    return [customer_id((first + draws.randrange(tens)) * ORGANIZATIONS) for _ in range(SAMPLES)]


def deep(bench: Bench) -> list[str]:
    """Return the path of page 10,000 of the giant, or of the last but a tenth where there are not so many."""
    giant, system = bench.part.giant, bench.system
    facts: int = system.ask(_FACTS, giant)[0]
    row = system.ask(_AT, giant, min(DEEP * PAGE, facts * 9 // 10) - 1)
    at: tuple[datetime, UUID] = (row[0], UUID(str(row[1])))
    path = f"/v1/customers/{giant}/timeline?"
    return [f"{path}limit={PAGE}&cursor={system.cursors.encode(at, path)}"]


def _each(rest: str) -> Callable[[Bench], list[str]]:
    return lambda bench: [f"/v1/customers/{id_}/{rest}" for id_ in ordinary(bench.part)]


def _timeline(filters: str) -> Callable[[Bench], list[str]]:
    return _each(f"timeline?limit={PAGE}&{filters}")


def _of_giant(rest: str) -> Callable[[Bench], list[str]]:
    return lambda bench: [f"/v1/customers/{bench.part.giant}/{rest}"]


def _mine(path: str) -> Callable[[Bench], list[str]]:
    return lambda _: [f"{path}&owner=u-{n}" for n in range(OWNERS)]


SPAN = "since=2025-01-01T00:00:00Z&until=2025-07-01T00:00:00Z"
_COMMON = tuple(
    Read(row, "interaction", paths, ways=BRIEF, grows="giant" not in row)
    for row, paths in {
        "timeline, one channel": _timeline("channel=email"),
        "timeline, orders and calls": _timeline("kinds=order,call"),
        "timeline, half a year": _timeline(SPAN),
        "timeline, the oldest": _timeline("order=asc"),
        "timeline with people": lambda bench: [
            f"/v1/customers/{id_}/timeline?limit={PAGE}&include=people" for id_ in organizations(bench.part)
        ],
        GIANT: _of_giant(f"timeline?limit={PAGE}"),
        GIANT_DEEP: deep,
        "timeline of a giant, one channel": _of_giant(f"timeline?limit={PAGE}&channel=survey"),
        "totals by month": _each("timeline/totals"),
        "balance": _each("balance?since=2025-01-01T00:00:00Z"),
        "whom to call": _mine(f"/v1/balance/due?limit={PAGE}"),
        "inbox": lambda _: [f"/v1/inbox?limit={PAGE}"],
    }.items()
)
# Counts hundreds of thousands of facts: one at a time.
TOTALS_OF_GIANT = Read(
    "totals of a giant", "interaction", _of_giant("timeline/totals"), ways=("direct ×1",), grows=False
)
READS = (*_COMMON, TOTALS_OF_GIANT)
