"""Rounds: every cell is measured once in each, in a rotated order, so that a busy moment hits all alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import httpx

from bench.client import Generator, Outcome, Percentiles
from bench.dataset import Slice
from bench.system import Seconds, System
from shared.auth import HEADER


@dataclass(frozen=True)
class Bench:
    """What all cells need: the system, two generators, the rows that were loaded, seconds for each cell.

    A read goes on beyond them for some time if it has not had `least` answers.
    """

    system: System
    generator: Generator
    crowd: Generator
    part: Slice
    seconds: float
    least: int = 0

    def through(self) -> str:
        """Return the headers of a request to the gateway."""
        return f"authorization: Bearer {self.system.secrets.development_key}\r\n"

    def direct(self) -> str:
        """Return the headers of a request to a service, freshly signed."""
        return f"{HEADER}: {self.system.identity()}\r\n"


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement: units of work a second, latencies in ms, CPU µs per unit and process."""

    rate: float
    late: Percentiles | None = None
    cpu: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that is measured: `row` says what, `way` how; `run` does it once."""

    row: str
    way: str
    run: Callable[[], Figures]


@dataclass(slots=True)
class Results:
    """The figures of every cell, one for each round; of those that failed only why."""

    rounds: dict[tuple[str, str], list[Figures]] = field(default_factory=dict)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, cell: Cell, figures: Figures) -> None:
        """Keep the figures of a cell's next round."""
        self.rounds.setdefault((cell.row, cell.way), []).append(figures)

    def fail(self, cell: Cell, why: str) -> None:
        """Keep why a cell has no figures; the others go on."""
        self.rounds.pop((cell.row, cell.way), None)
        self.failed[cell.row, cell.way] = why

    def rate(self, row: str, way: str) -> float:
        """Return the median of units a second."""
        return median(each.rate for each in self.rounds[row, way])

    def latency(self, row: str, way: str, which: str = "p50") -> float:
        """Return the median of a percentile of the rounds, in ms; 0 of what has no latencies."""
        rounds = self.rounds[row, way]
        return median(0.0 if each.late is None else getattr(each.late, which) for each in rounds)

    def cpu(self, row: str, way: str, *processes: str) -> float:
        """Return the median CPU µs per unit of some processes together; KeyError for one not seen there."""
        return median(sum(each.cpu[name] for name in processes) for each in self.rounds[row, way])

    def ratio(self, row: str, way: str, other: str) -> float:
        """Return the median of the rates' ratios, each within one round."""
        pairs = zip(self.rounds[row, way], self.rounds[row, other], strict=True)
        return median(mine.rate / its.rate for mine, its in pairs)

    def spread(self, row: str, way: str) -> float:
        """Return how far the rounds' rates lie apart, as a share of their median."""
        rates = [each.rate for each in self.rounds[row, way]]
        return (max(rates) - min(rates)) / median(rates)

    def as_json(self) -> dict[str, dict[str, list[dict[str, object]]]]:
        """Return every figure of every round."""
        told: dict[str, dict[str, list[dict[str, object]]]] = {}
        for (row, way), rounds in self.rounds.items():
            told.setdefault(row, {})[way] = [_told(each) for each in rounds]
        return told


def _told(figures: Figures) -> dict[str, object]:
    late = {} if figures.late is None else figures.late._asdict()
    return {"rate": figures.rate, **late, "cpu": dict(figures.cpu)}


def run(cells: Sequence[Cell], rounds: int, results: Results) -> None:
    """Measure all cells in each round; each round begins a little further on in their order."""
    for number in range(rounds):
        first = number * len(cells) // rounds
        for cell in (*cells[first:], *cells[:first]):
            if (cell.row, cell.way) not in results.failed:
                _measure(cell, results)


def _measure(cell: Cell, results: Results) -> None:
    try:
        results.add(cell, cell.run())
    except (
        RuntimeError,
        OSError,
        TimeoutError,
        httpx.HTTPError,
    ) as problem:  # a refusal, a lost connection, nothing heard
        results.fail(cell, f"{type(problem).__name__}: {problem}"[:500])


def watched(system: System, load: Callable[[], Outcome], *, each: int = 1) -> Figures:
    """Run a load and see what CPU each process used; an answer stands for `each` units of work."""
    before = system.cpu()
    outcome = load()
    units = outcome.answers * each
    used = _per(units, before, system.cpu()) | {"generator": outcome.cpu / units * 1e6}
    return Figures(outcome.rate * each, Percentiles(*(1000 * late for late in outcome.late)), used)


def timed(system: System, work: Callable[[], int]) -> Figures:
    """Do some work, which returns its units, and see what CPU each process used."""
    before, began = system.cpu(), time.perf_counter()
    units = work()
    seconds = time.perf_counter() - began
    return Figures(units / seconds, cpu=_per(units, before, system.cpu()))


def _per(units: int, before: Seconds, after: Seconds) -> dict[str, float]:
    return {name: (used - before.get(name, 0.0)) / units * 1e6 for name, used in after.items()}
