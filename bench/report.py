"""Telling the results: a table of goals, a table of figures, and everything as JSON."""

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bench.client import Percentiles
from bench.goals import GOALS, Goal, drift, pace
from bench.rounds import Results
from guanxi.console import say

PROCESSES = (
    *("gateway", "customer", "interaction", "scoring", "workers"),
    *("postgres", "pg customer", "pg interaction", "generator"),
)
FILE = Path(__file__).with_name("results.json")


def report(results: Results, about: Mapping[str, object], file: Path = FILE) -> None:
    """Print what came out, and keep it in a file."""
    slower = pace(results)
    say("\n" + "\n".join(_table(_figures(results))))
    say("\n" + "\n".join(_table(_goals(results, slower))))
    say(
        f"\nThis machine takes {slower:.2f} times the CPU of the one the goals were set on (the bare pool's"
        "\npoint read); µs, ms and /s are judged at that one's pace. Ratios are taken within rounds. By the"
        f"\nCPU of its client it was {drift(results):.2f} times as fast with a tenth of the rows: growth is"
        "\nfreed of that."
    )
    file.write_text(json.dumps(_json(results, slower, about), indent=1, ensure_ascii=False) + "\n")
    say(f"\nAll figures of all rounds: {file}")


def judged(goal: Goal, figure: float, slower: float) -> float:
    """Return the figure at the pace of the machine that the goals were set on."""
    if not goal.absolute:
        return figure
    return figure * slower if goal.least else figure / slower


def _figures(results: Results) -> Iterator[Sequence[str]]:
    yield ("row", "way", "per s", "spread", *(f"{which} ms" for which in Percentiles._fields), *PROCESSES)
    for row, way in results.rounds:
        cpu = [_cpu(results, row, way, name) for name in PROCESSES]
        yield (
            row,
            way,
            f"{results.rate(row, way):,.0f}",
            f"{results.spread(row, way):.0%}",
            *(_number(results.latency(row, way, which), 2) for which in Percentiles._fields),
            *cpu,
        )


def _goals(results: Results, slower: float) -> Iterator[Sequence[str]]:
    yield ("row", "goal", "bound", "measured", "judged", "result")
    for goal in _measured(results):
        figure = goal.figure(results)
        at_pace = judged(goal, figure, slower)
        bound = f"{'≥' if goal.least else '≤'} {goal.bound:g} {goal.unit}".strip()
        shown = (f"{value:,.{_digits(value)}f}" for value in (figure, at_pace))
        yield (goal.row, goal.what, bound, *shown, "met" if goal.met(at_pace) else "MISSED")


def _measured(results: Results) -> Iterator[Goal]:
    for goal in GOALS:
        with suppress(KeyError):  # of a row that was not measured
            goal.figure(results)
            yield goal


def _json(results: Results, slower: float, about: Mapping[str, object]) -> dict[str, object]:
    goals = []
    for goal in _measured(results):
        figure = goal.figure(results)
        at_pace = judged(goal, figure, slower)
        said = {"row": goal.row, "what": goal.what, "bound": goal.bound, "least": goal.least}
        goals.append({**said, "measured": figure, "judged": at_pace, "met": goal.met(at_pace)})
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "at": at,
        "machine": machine,
        **about,
        "pace": slower,
        "drift": drift(results),
        "goals": goals,
        "failed": {f"{row}, {way}": why for (row, way), why in results.failed.items()},
        "rounds": results.as_json(),
    }


def _table(rows: Iterator[Sequence[str]]) -> list[str]:
    """Lay out rows as a table of Markdown: two columns of words, then figures."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width if index < 2 else "-" * (width - 1) + ":" for index, width in enumerate(widths)]
    return [_line(line, widths) for line in (lines[0], rule, *lines[1:])]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    placed = enumerate(zip(cells, widths, strict=True))
    words = (cell.ljust(width) if index < 2 else cell.rjust(width) for index, (cell, width) in placed)
    return f"| {' | '.join(words)} |"


def _cpu(results: Results, row: str, way: str, name: str) -> str:
    try:
        used = results.cpu(row, way, name)
    except KeyError:
        return ""
    return _number(used, 1 if used < 10 else 0)


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}" if value >= 0.05 else ""


def _digits(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2
