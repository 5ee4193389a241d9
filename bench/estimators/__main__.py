"""Prints seconds and peak memory of the estimators on simulated customers, lifetimes beside, and coverage."""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson

from bench.estimators.steps import SPEND, STEPS
from guanxi.console import say
from services.scoring.estimators import ESTIMATORS
from services.scoring.estimators.paretonbd import ParetoNbd
from tests.services.scoring.estimators.coverage import SIMULATORS, coverage, drawn
from tests.services.scoring.estimators.simulation import simulate

SIDE = Path(__file__).with_name("lifetimes_side.py")
BESIDE = {name for name in STEPS if "quantiles" not in name} - {"fit pareto_nbd", "value pareto_nbd"}
STORY = ParetoNbd(0.553, 10.578, 0.606, 11.669)
UNTIL = 730_000  # a day number
SEED = 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--lifetimes", type=Path, help="the interpreter of an environment that has lifetimes")
    parser.add_argument("--intervals", type=int, default=100_000, help="customers per simulator")
    given = parser.parse_args()
    file = base(given.customers, Path("build/estimators.npz"))
    theirs = given.lifetimes if given.lifetimes and given.lifetimes.exists() else None
    if theirs is None:
        say("lifetimes is not installed: its column stays empty.")
    say(f"{given.customers:,} simulated customers: seconds, CPU seconds, MB beyond the data; times less CPU")
    say(f"{'':28}{'goal':>6}{'s':>8}{'CPU s':>8}{'MB':>6}{'lifetimes':>11}{'CPU s':>8}{'MB':>6}{'times':>7}")
    for name, (_, goal) in STEPS.items():
        own = told([sys.executable, "-m", "bench.estimators.steps", name, str(file)])
        line = f"{name:28}{goal or '':>6}{own['seconds']:>8.2f}{own['cpu']:>8.2f}{own['megabytes']:>6.0f}"
        if theirs and name in BESIDE:
            other = told([str(theirs), str(SIDE), name, str(file)])
            line += f"{other['seconds']:>11.1f}{other['cpu']:>8.1f}{other['megabytes']:>6.0f}"
            line += f"{other['cpu'] / own['cpu']:>7.0f}"
        say(line)
    intervals(given.intervals)


def intervals(customers: int) -> None:
    """Print how often nominal 80 % intervals hold what came."""
    say(f"Nominal 80 % intervals of {customers:,} customers: value, purchases, value where p10 > 0")
    for simulator in SIMULATORS:
        simulated = drawn(simulator, customers, SEED)
        for estimator in ESTIMATORS:
            found = coverage(estimator, simulated)
            shares = (found.value, found.purchases, found.above_zero)
            say(f"{simulator:14}{estimator:14}" + "".join(f"{share:>8.1%}" for share in shares))


def base(customers: int, file: Path) -> Path:
    """Draw customers and write purchases that have exactly their histories."""
    age = np.random.default_rng(SEED).integers(90, 364, customers)
    seen = simulate(STORY, SPEND, age, 1, SEED).seen
    first = UNTIL - seen.age
    # a repeat purchase falls on the last day, the others evenly before it
    row = np.repeat(np.arange(customers), seen.x)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(seen.x) - seen.x, seen.x) + 1
    repeats = first[row] + np.maximum(seen.t_x[row] * nth // seen.x[row], 1)
    file.parent.mkdir(exist_ok=True)
    np.savez(
        file,
        customer=np.concatenate([np.arange(customers), row]),
        day=np.concatenate([first, repeats]),
        amount=np.concatenate([np.full(customers, 30.0), seen.spend[row]]),
        until=UNTIL,
        **{name: getattr(seen, name) for name in ("x", "t_x", "age", "spend")},
    )
    return file


def told(command: list[str]) -> dict[str, float]:
    """Run one step and return what it says of itself."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr.decode()[-2000:]}")
    figures: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
