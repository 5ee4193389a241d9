"""The long form: `python -m tests.chaos --seeds 5 --events 50000`; ends with 1 where anything is violated."""

import argparse
import sys

from tests.chaos.storm import Plan, torture

PAUSE_S = 3.0


def main() -> int:
    """Run seed after seed, and print what happened."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many runs")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--events", type=int, default=50_000, help="acknowledged events a run, at the least")
    parser.add_argument("--kills", type=int, default=20, help="killed processes a run, at the least")
    given = parser.parse_args()
    violated = 0
    for seed in range(given.first, given.first + given.seeds):
        report = torture(Plan(seed, given.events, given.kills, PAUSE_S))
        sys.stdout.write(f"{report}\n")
        sys.stdout.flush()
        violated += bool(report.violations)
    sys.stdout.write(f"{given.seeds} seeds, {violated} of them with violations\n")
    return min(violated, 1)


if __name__ == "__main__":
    sys.exit(main())
