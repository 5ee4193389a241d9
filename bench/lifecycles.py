"""Print how often lifecycles are judged as they truly are, over several seeds: python -m bench.lifecycles.

Beside the rules stand fixed thresholds (90 and 180 days, numbers of orders), and the rules as they would be
if every customer's true pace were known, which is as far as better estimates could bring them.
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np

from services.scoring.lifecycle.thresholds import STATES, Thresholds
from tests.services.scoring.lifecycle.accuracy import (
    DAYS,
    Matrix,
    Measured,
    confusion,
    fit,
    fixed,
    judged,
    knowing,
    recalls,
    table,
)
from tests.services.scoring.lifecycle.simulation import SIMULATORS, Life, Lived, simulate

Way = Callable[[Lived], Matrix]
FEW = 120  # customers of whom the true pace is told: they are judged one by one
WAYS: dict[str, Way] = {
    "rules": lambda lived: confusion(lived, judged(lived, fit(lived), Thresholds())),
    "90/180 days": lambda lived: confusion(lived, lambda day: fixed(lived.purchases, day)),
}
KNOWN = "true pace known"


def measure(life: type[Life], customers: int, seeds: Sequence[int]) -> dict[str, list[Matrix]]:
    """Return a matrix of (true, found) for each way of judging and seed."""
    lives = [simulate(customers, DAYS, seed, life) for seed in seeds]
    found = {name: [way(lived) for lived in lives] for name, way in WAYS.items()}
    few = [simulate(FEW, DAYS, seed, life) for seed in seeds[:2]]
    return {**found, KNOWN: [confusion(lived, knowing(lived, Thresholds())) for lived in few]}


def written(name: str, found: dict[str, list[Matrix]]) -> str:
    """Write what was measured of one simulator: mean and spread, recall by state, the rules' confusion."""
    lines = [f"\n{name}".ljust(18) + "right         mean F1       recall: " + " ".join(map(str, STATES[1:]))]
    for way, matrices in found.items():
        each = [Measured.of(one) for one in matrices]
        right, f1 = ([getattr(one, what) for one in each] for what in ("right", "f1"))
        figures = " ".join(f"{np.mean(of):.3f} ± {np.std(of, ddof=1):.3f}" for of in (right, f1))
        whole = recalls(np.sum(matrices, axis=0))
        lines.append(f"{way:17s}{figures}   " + "  ".join(f"{one:.2f}" for one in whole))
    ahead = [
        Measured.of(one).right - Measured.of(other).right
        for one, other in zip(found["rules"], found["90/180 days"], strict=True)
    ]
    lines.append(f"ahead of fixed days by {np.mean(ahead):.3f} ± {np.std(ahead, ddof=1):.3f}")
    return "\n".join([*lines, table("rules, all seeds", np.sum(found["rules"], axis=0))])


def main() -> None:
    """Measure every simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=800)
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    for name, life in SIMULATORS.items():
        found = measure(life, asked.customers, range(asked.seeds))
        print(written(name, found), flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
