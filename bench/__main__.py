"""The command `python -m bench`: load, measure in rounds, tell."""

import argparse
import asyncio
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench import (
    batches,
    feeding,
    histories,
    reads,
    ringing,
    rounds,
    routing,
    scored,
    structures,
    writes,
)
from bench.client import Generator
from bench.dataset import Sizes, Slice
from bench.goals import PACE, PACE_BEFORE
from bench.loading import Loaded
from bench.report import FILE, report
from bench.rounds import Bench, Cell, Results
from bench.system import System, running
from guanxi.console import say

EMPTY = Sizes(0, 0, 0)
QUICK = {"customers": 10_000, "interactions": 100_000, "order_lines": 30_000, "rounds": 1, "seconds": 0.3}
READS = (*reads.READS, *histories.READS)
WARM = 0.4  # of a cell's time, once before all rounds: connections, prepared statements, caches
WARM_ANSWERS = 96  # the first five of each of a service's eight connections plan their statement anew


def main() -> None:
    """Do it all."""
    given = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of everything that ends the system
    with running() as system:
        results, about = bench(system, given)
        report(results, about, given.output)
    if results.failed:
        sys.exit("\n".join(f"{row}, {way}: {why}" for (row, way), why in results.failed.items()))


def bench(system: System, given: argparse.Namespace) -> tuple[Results, dict[str, object]]:
    """Load and measure a system that is empty; return the results, and what they are about."""
    sizes, results = Sizes(given.customers, given.interactions, given.order_lines), Results()
    loaded = Loaded()
    with Generator() as generator, Generator() as crowd:
        part = Slice(EMPTY, sizes.times(0.1))
        tools = Bench(system, generator, crowd, part, given.seconds)
        asyncio.run(system.load(part, loaded))
        measure(tools, growing, given, results)
        tools = replace(tools, part=Slice(part.end, sizes))
        asyncio.run(system.load(tools.part, loaded))
        say(f"Loaded {sizes} in {loaded}.")
        measure(tools, every, given, results)
    return results, {"sizes": asdict(sizes), "load_s": loaded.phases, "rounds": given.rounds}


def measure(
    tools: Bench, cells: Callable[[Bench], Iterable[Cell]], given: argparse.Namespace, results: Results
) -> None:
    """Measure some cells in rounds, after short ones that do not count."""
    began = time.monotonic()
    short = replace(tools, seconds=tools.seconds * WARM, least=WARM_ANSWERS)
    for each, count, into in ((short, given.warm, Results()), (tools, given.rounds, results)):
        chosen = [
            cell
            for cell in cells(each)
            if re.search(given.only, cell.row) or (cell.row, cell.way) in {PACE, PACE_BEFORE}
        ]
        rounds.run(chosen, count, into)
    say(f"Measured in {time.monotonic() - began:.0f} s.")


def growing(bench: Bench) -> Iterator[Cell]:
    """Yield the reads whose cost shall not grow with the rows."""
    for read in READS:
        yield from reads.before_growth(bench, read)


def every(bench: Bench) -> Iterator[Cell]:
    """Yield all cells of the full size."""
    for read in READS:
        yield from reads.cells(bench, read)
    yield from writes.cells(bench)
    yield from batches.cells(bench)
    yield from ringing.cells(bench)
    yield from scored.cells(bench)
    yield from structures.cells(bench)
    yield from feeding.cells(bench)
    yield from routing.cells(bench)


def options(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    of = argparse.ArgumentParser(prog="bench", description="Measure the system beside its own database.")
    of.add_argument("--quick", action="store_true", help="small and short: do all rows still run?")
    of.add_argument("--customers", type=int, default=100_000)
    of.add_argument("--interactions", type=int, default=1_000_000)
    of.add_argument("--order-lines", type=int, default=300_000)
    of.add_argument("--rounds", type=int, default=3)
    of.add_argument("--warm", type=int, default=1, help="shorter rounds before them, which do not count")
    of.add_argument("--seconds", type=float, default=1.5, help="for each cell in each round")
    of.add_argument("--only", default="", help="rows in whose name this regular expression is found")
    of.add_argument("--output", type=Path, default=FILE)
    if of.parse_args(words).quick:
        of.set_defaults(**QUICK)
    return of.parse_args(words)


if __name__ == "__main__":
    main()
