"""The goals: what each row has to reach, and where the figure comes from."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.histories import GIANT, GIANT_DEEP, READS
from bench.reads import POINT, POOL_TENTH, TENTH
from bench.ringing import BUSY, IDLE, ROW
from bench.rounds import Results
from bench.scored import BUSY as BESIDE_A_RUN
from bench.scored import IDLE as WITHOUT_A_RUN
from bench.scored import ROW as SCORE
from bench.structures import DEPARTMENT, EVERYBODY
from bench.structures import ROW as STRUCTURE

# CPU µs of a point read over a bare pool, client and PostgreSQL, on the machine that the goals were set on.
REFERENCE_US = 59 + 42
PACE = (POINT, "pool")  # the cell that tells how fast this machine is
PACE_BEFORE = (POINT, POOL_TENTH)  # and how fast it was while a tenth of the rows was there
Figure = Callable[[Results], float]


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: `bound` is the most that a figure may be, or the `least`.

    `absolute` figures depend on the machine.
    """

    row: str
    what: str
    unit: str
    bound: float
    figure: Figure
    least: bool = False
    absolute: bool = False

    def met(self, figure: float) -> bool:
        """Tell whether a figure reaches the goal."""
        return figure >= self.bound if self.least else figure <= self.bound


def pace(results: Results) -> float:
    """Return how much slower than the reference machine this one is, by the CPU of the same work."""
    return results.cpu(*PACE, "generator", "postgres") / REFERENCE_US


def drift(results: Results) -> float:
    """Return how much slower this machine has become since, by the CPU of a client, which sees no rows."""
    return results.cpu(*PACE, "generator") / results.cpu(*PACE_BEFORE, "generator")


def _cpu(row: str, way: str, bound: float, *processes: str) -> Goal:
    what = f"CPU of {' + '.join(processes)}, {way}"
    return Goal(row, what, "µs", bound, lambda r: r.cpu(row, way, *processes), absolute=True)


def _ratio(row: str, way: str, other: str, bound: float) -> Goal:
    return Goal(row, f"{way} / {other}", "", bound, lambda r: r.ratio(row, way, other), least=True)


def _added(row: str, bound: float) -> Goal:
    def added(results: Results) -> float:
        return results.latency(row, "gateway ×1") - results.latency(row, "direct ×1")

    return Goal(row, "p50 added by the gateway, 1 connection", "ms", bound, added, absolute=True)


def _rate(row: str, way: str, bound: float) -> Goal:
    return Goal(
        row, f"rows a second, {way}", "/s", bound, lambda r: r.rate(row, way), least=True, absolute=True
    )


def _late(row: str, way: str, which: str, bound: float) -> Goal:
    return Goal(row, f"{which}, {way}", "ms", bound, lambda r: r.latency(row, way, which), absolute=True)


def _service(row: str, service: str, mine: float, postgres: float, gateway: float) -> tuple[Goal, ...]:
    return (
        _cpu(row, "direct ×32", mine, service),
        _cpu(row, "direct ×32", postgres, f"pg {service}"),
        _cpu(row, "gateway ×32", gateway, "gateway"),
    )


def _slowest_part(results: Results) -> float:
    parts = ("point read", "timeline 20")
    return results.latency("overview", "gateway ×1") / max(
        results.latency(row, "gateway ×1") for row in parts
    )


def _deeper(results: Results) -> float:
    way = "direct ×1"
    return results.latency("list 50, a deep page", way) / results.latency("list 50 newest", way)


def _as_cheap(row: str, other: str, bound: float) -> Goal:
    def cost(results: Results, which: str) -> float:
        return results.cpu(which, "direct ×32", "interaction", "postgres")

    what = f"CPU of interaction + postgres / that of '{other}'"
    return Goal(row, what, "", bound, lambda r: cost(r, row) / cost(r, other))


def _slowed(row: str, way: str, other: str, bound: float) -> Goal:
    def slowed(results: Results) -> float:
        return results.latency(row, way, "p99") / results.latency(row, other, "p99")

    return Goal(row, f"p99, {way} / {other}", "", bound, slowed)


def _growth(row: str) -> Goal:
    what = "CPU of service + postgres / that with a tenth of the rows"
    names = ("customer", "interaction", "postgres")

    def growth(results: Results) -> float:
        return results.cpu(row, "direct ×32", *names) / results.cpu(row, TENTH, *names) / drift(results)

    return Goal(row, what, "", 1.5, growth)


GOALS = (
    *_service("point read", "customer", 170, 65, 130),
    _ratio("point read", "direct ×32", "pool", 0.45),
    _ratio("point read", "direct ×32", "pgbench", 0.16),
    _ratio("point read", "gateway ×32", "direct ×32", 0.65),
    _added("point read", 0.2),
    *_service("timeline 20", "interaction", 300, 180, 130),
    _ratio("timeline 20", "direct ×32", "pool", 0.45),
    _ratio("timeline 20", "direct ×32", "pgbench", 0.18),
    _ratio("timeline 20", "gateway ×32", "direct ×32", 0.80),
    _ratio("list 20 of an owner", "gateway ×32", "direct ×32", 0.80),
    _ratio("list 50 newest", "gateway ×32", "direct ×32", 0.80),
    Goal("list 50, a deep page", "p50 / that of the first page, direct ×1", "", 1.2, _deeper),
    _late("caller lookup", "direct ×1", "p99", 10),
    _late("search names", "direct ×1", "p95", 20),
    _late("search two characters", "direct ×1", "p50", 5),
    _late("search two characters", "direct ×1", "p95", 20),
    _late("search slips", "direct ×1", "p95", 60),
    Goal("overview", "p50 / slowest part", "", 2.5, _slowest_part),
    *_service("record interaction", "interaction", 280, 210, 150),
    _ratio("record interaction", "direct ×32", "pgbench", 0.45),
    _rate("batch customers", "new ×2", 10_000),
    _ratio("batch customers", "new ×2", "copy", 0.5),
    _rate("batch interactions", "new ×2", 10_000),
    _ratio("batch interactions", "new ×2", "copy", 0.5),
    _late(ROW, IDLE, "p99", 100),
    _late(ROW, BUSY, "p99", 100),
    _slowed(SCORE, BESIDE_A_RUN, WITHOUT_A_RUN, 2),
    *(_late(STRUCTURE, way, which, 200) for way in (EVERYBODY, DEPARTMENT) for which in ("p50", "p99")),
    _ratio("drain joined", "direct", "copy", 0.25),
    _ratio("drain thin", "direct", "copy", 0.25),
    *(_late("write to reader", way, "p50", 10) for way in ("idle", "busy")),
    *(_late("write to reader", way, "p99", 30) for way in ("idle", "busy")),
    *map(_growth, ("point read", "list 20 of an owner", "list 50 newest", "timeline 20", "caller lookup")),
    _as_cheap(GIANT_DEEP, GIANT, 1.2),
    *(_growth(read.row) for read in READS if read.grows),
    *map(_growth, ("search names", "search two characters", "search slips")),
    _ratio("ordinary route", "among 40", "alone", 0.9),
)
