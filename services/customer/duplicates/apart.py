"""Apart: what a run computes, in processes of its own, so that the worker's other chores go on beside it."""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from services.customer.duplicates import blocking, learning, reasons
from services.customer.duplicates.clusters import clusters
from services.customer.duplicates.comparing import Levels, compare
from services.customer.duplicates.forms import FORM, Forms, forms
from services.customer.duplicates.frequencies import Frequencies
from services.customer.duplicates.planning import Ints, Plan, plan
from services.customer.duplicates.records import record
from services.customer.duplicates.weights import Scores, Weights, probability, score

NICENESS, PROCESSES, FEW = 10, 2, 20_000  # for few records one process is started sooner than two
RANDOM_PAIRS, LEARNING_CHUNKS, SEED = 200_000, 5, 7
AT_ONCE = 20_000  # pairs scored at a time: their rows fit into the processor's cache
NOTHING_LEARNT: dict[str, Any] = {"pairs": 0, "rounds": 0, "shares": {}}
FORMS, _PLAN, _COUNTS = "forms", "plan.npz", "counts.npz"  # files


@dataclass(frozen=True, slots=True)
class Layout:
    """What `lay_out` found: how many records, pairs and chunks, what was cut, and what was learnt."""

    records: int
    pairs: int
    chunks: int
    cut: list[dict[str, Any]]
    weights: dict[str, Any]
    frequencies: dict[str, Any]
    learnt: dict[str, Any]


def processes(records: int) -> ProcessPoolExecutor:
    """Return the processes for so many records; they end with their parent, however it ends."""
    return ProcessPoolExecutor(
        PROCESSES if records > FEW else 1, get_context("spawn"), _begin, (os.getpid(),)
    )


def prepare(texts: Sequence[str]) -> bytes:
    """Return the forms of records given as JSON."""
    return forms(record(orjson.loads(text)) for text in texts).tobytes()


def lay_out(folder: Path, learns: bool, chunk: int) -> Layout:  # noqa: FBT001 - it crosses to another process
    """Plan the comparisons of all records in chunks, count what is frequent, and learn the weights."""
    rows = _forms(folder)
    planned, cut = plan(rows, chunk)
    planned.keep(folder / _PLAN)
    frequencies = Frequencies.of(rows)
    frequencies.keep(folder / _COUNTS)
    weights = Weights.believed()
    learnt = NOTHING_LEARNT
    if learns and len(planned.chunks) > 1:
        weights, learnt = _learn(rows, planned)
    pairs = int((planned.sizes * (planned.sizes - 1) // 2)[~planned.windowed].sum())
    return Layout(
        len(rows),
        pairs,
        len(planned.chunks) - 1,
        cut,
        weights.stored(),
        frequencies.common().stored(),
        learnt,
    )


def compare_chunk(
    folder: Path, chunk: int, weights: Mapping[str, Any], review: float
) -> tuple[int, list[Any]]:
    """Return how many pairs a chunk has, and those from `review` on: (number, number, score, reasons)."""
    pairs, rows, found = _planned(folder).pairs(chunk), _forms(folder), list[Any]()
    for some, levels, scores in _scored(rows, pairs, Weights.read(weights), _counted(folder)):
        for at in np.flatnonzero(probability(scores.total) >= review).tolist():
            why = reasons.of(levels[at], scores, at, len(rows))
            found.append((*some[at].tolist(), float(scores.total[at]), why))
    return len(pairs), found


def group(
    folder: Path, edges: Sequence[tuple[int, int, float]], weights: Mapping[str, Any]
) -> list[list[int]]:
    """Return the clusters of some pairs of records, as lists of their numbers."""
    rows, learnt, frequencies = _forms(folder), Weights.read(weights), _counted(folder)
    # All pairs inside of what hangs together, at once: one by one they would take a hundred times as long.
    loose = [members for members in clusters(edges, lambda *_: False) if len(members) > 2]
    pairs = np.array([pair for members in loose for pair in combinations(members, 2)]).reshape(-1, 2)
    against: set[tuple[int, int]] = set()
    for some, _, scores in _scored(rows, pairs, learnt, frequencies):
        against.update(map(tuple, some[scores.evidence < 0].tolist()))

    def contradict(mine: Sequence[int], theirs: Sequence[int]) -> bool:
        return any((min(a, b), max(a, b)) in against for a in mine for b in theirs)

    return clusters(edges, contradict)


def _scored(
    rows: Forms, pairs: Ints, weights: Weights, frequencies: Frequencies
) -> Iterator[tuple[Ints, Levels, Scores]]:
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        yield some, *score(weights, frequencies, rows[some[:, 0]], rows[some[:, 1]])


def _learn(rows: Forms, planned: Plan) -> tuple[Weights, dict[str, Any]]:
    luck, believed = np.random.default_rng(SEED), Weights.believed()
    one, other = luck.integers(0, len(rows), (2, RANDOM_PAIRS))
    apart = one != other
    strangers = learning.of_strangers(compare(rows[one[apart]], rows[other[apart]]), believed)
    chunks = np.linspace(0, len(planned.chunks) - 2, LEARNING_CHUNKS).astype(int)
    blocks: dict[str, list[Levels]] = {}
    for chunk in np.unique(chunks):
        for rule, pairs in planned.by_rule(int(chunk)):
            blocks.setdefault(rule, []).append(compare(rows[pairs[:, 0]], rows[pairs[:, 1]]))
    levels = {rule: np.concatenate(found) for rule, found in blocks.items()}
    found = learning.learn(levels, blocking.ABOUT, Weights(believed.same, strangers, believed.relatives))
    told = {
        "pairs": sum(map(len, levels.values())),
        "rounds": len(found.posterior),
        "shares": dict(found.shares),
    }
    return found.weights, told


@cache
def _forms(folder: Path) -> Forms:
    return np.memmap(folder / FORMS, FORM, "r") if (folder / FORMS).stat().st_size else np.empty(0, FORM)


@cache
def _planned(folder: Path) -> Plan:
    return Plan.read(folder / _PLAN)


@cache
def _counted(folder: Path) -> Frequencies:
    return Frequencies.of_file(folder / _COUNTS)


def _begin(parent: int) -> None:
    os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
