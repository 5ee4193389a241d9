"""What is measured: one step on a base in a file, in a process of its own for the sake of its memory."""

import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import orjson

from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.fitting import Fit
from services.scoring.estimators.forecast import Horizon, forecast
from services.scoring.estimators.gammagamma import GammaGamma
from services.scoring.estimators.intervals import quantiles
from services.scoring.estimators.summary import Summary, summarise
from services.scoring.estimators.timing import Timing

DISCOUNTED = Horizon(discount=0.1)
FEW = 100_000
SPEND = GammaGamma(6.25, 3.74, 15.44)
AT: Mapping[str, tuple[float, ...]] = {
    "mbg_nbd": (0.525, 6.183, 0.891, 1.614),
    "pareto_nbd": (0.553, 10.578, 0.606, 11.669),
}


class Base:
    """Simulated customers: their purchases and their histories."""

    def __init__(self, file: Path) -> None:
        with np.load(file) as kept:
            self.customer, self.day, self.amount = kept["customer"], kept["day"], kept["amount"]
            self.until = int(kept["until"])
            self.seen = Summary(kept["x"], kept["t_x"], kept["age"], kept["spend"])


def _fit(code: str, most: int | None = None) -> Callable[[Base], object]:
    def step(base: Base) -> Fit[Timing]:
        return ESTIMATORS[code].fit(base.seen[:most].histogram() if most else base.seen.histogram())

    return step


def _worth(code: str) -> Callable[[Base], object]:
    return lambda base: forecast(ESTIMATORS[code](*AT[code]), SPEND, base.seen, DISCOUNTED)


def _spread(code: str) -> Callable[[Base], object]:
    return lambda base: quantiles(ESTIMATORS[code](*AT[code]), SPEND, base.seen)


# what is done, and what scoring's goals allow for a million customers in seconds
STEPS: Mapping[str, tuple[Callable[[Base], object], float | None]] = {
    "summary": (lambda base: summarise(base.customer, base.day, base.amount, until=base.until), None),
    "fit bg_nbd": (_fit("bg_nbd"), 1.0),
    "fit mbg_nbd": (_fit("mbg_nbd"), 1.0),
    "fit pareto_nbd": (_fit("pareto_nbd"), 6.0),
    f"fit pareto_nbd of {FEW:,}": (_fit("pareto_nbd", FEW), 1.0),
    "fit gamma_gamma": (lambda base: GammaGamma.fit(base.seen.spend_histogram()), None),
    "value mbg_nbd": (_worth("mbg_nbd"), 2.0),
    "value pareto_nbd": (_worth("pareto_nbd"), 2.0),
    "quantiles mbg_nbd": (_spread("mbg_nbd"), None),
    "quantiles pareto_nbd": (_spread("pareto_nbd"), None),
}


def main() -> None:
    """Do one step three times; print the least seconds and CPU seconds, and the megabytes beyond the base."""
    name, file = sys.argv[1], Path(sys.argv[2])
    step, _ = STEPS[name]
    base = Base(file)
    before, took = _peak(), []
    for _ in range(3):
        began, spent = time.perf_counter(), time.process_time()
        step(base)
        took.append((time.perf_counter() - began, time.process_time() - spent))
    seconds, cpu = (min(one) for one in zip(*took, strict=True))
    told = {"seconds": seconds, "cpu": cpu, "megabytes": _peak() - before}
    sys.stdout.buffer.write(orjson.dumps(told))


def _peak() -> float:
    """Return the megabytes this process has held at most; getrusage would tell those of its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
