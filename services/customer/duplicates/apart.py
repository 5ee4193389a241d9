"""Apart: what a run computes, in processes of its own, so that the worker's other chores go on beside it."""

import os
import threading
import time
from collections.abc import Mapping, Sequence
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
from services.customer.duplicates.planning import KEY, SECONDS, Plan, plan
from services.customer.duplicates.records import record
from services.customer.duplicates.weights import Weights, probability, score

NICENESS, PROCESSES, FEW = 10, 2, 20_000  # for few records one process is started sooner than two
RANDOM_PAIRS, LEARNING_CHUNKS, SEED = 200_000, 5, 7
AT_ONCE = 200_000  # pairs scored at a time where there are no chunks
_FORMS, _KEYS, _PLAN, _COUNTS = "forms", "keys", "plan.npz", "counts.npz"


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


def prepare(texts: Sequence[str]) -> tuple[bytes, bytes]:
    """Return the forms of records given as JSON, and their keys, numbered from 0."""
    records = [record(orjson.loads(text)) for text in texts]
    found = [(no, key) for no, each in enumerate(records) for key in blocking.keys(each)]
    keys = np.zeros(len(found), KEY)
    keys["no"] = [no for no, _ in found]
    keys["key"] = [key.key for _, key in found]
    keys["rule"] = [key.rule for _, key in found]
    none = (0,) * SECONDS
    keys["seconds"] = np.array([(*key.seconds, *none)[:SECONDS] for _, key in found], np.uint64).reshape(
        -1, SECONDS
    )
    return forms(records).tobytes(), keys.tobytes()


def append(folder: Path, page_forms: bytes, page_keys: bytes, first: int) -> None:
    """Add a page to the files that the other functions read; `first` is the number of its first record."""
    keys = np.frombuffer(page_keys, KEY).copy()
    keys["no"] += first
    for name, data in ((_FORMS, page_forms), (_KEYS, keys.tobytes())):
        with (folder / name).open("ab") as file:
            file.write(data)


def lay_out(folder: Path, learns: bool, chunk: int) -> Layout:  # noqa: FBT001 - it crosses to another process
    """Plan the comparisons of all records in chunks, count what is frequent, and learn the weights."""
    rows, (planned, cut) = _forms(folder), plan(np.fromfile(folder / _KEYS, KEY), chunk)
    planned.keep(folder / _PLAN)
    frequencies = Frequencies.of(rows)
    frequencies.keep(folder / _COUNTS)
    weights = Weights.believed()
    learnt: dict[str, Any] = {}
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
    pairs, rows = _planned(folder).pairs(chunk), _forms(folder)
    levels, scores = score(Weights.read(weights), _counted(folder), rows[pairs[:, 0]], rows[pairs[:, 1]])
    likely = np.flatnonzero(probability(scores.total) >= review)
    found = [
        (*map(int, pairs[at]), float(scores.total[at]), reasons.of(levels[at], scores, int(at), len(rows)))
        for at in likely
    ]
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
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start : start + AT_ONCE]
        _, scores = score(learnt, frequencies, rows[some[:, 0]], rows[some[:, 1]])
        against.update(map(tuple, some[scores.evidence < 0].tolist()))

    def contradict(mine: Sequence[int], theirs: Sequence[int]) -> bool:
        return any((min(a, b), max(a, b)) in against for a in mine for b in theirs)

    return clusters(edges, contradict)


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
    return np.memmap(folder / _FORMS, FORM, "r") if (folder / _FORMS).stat().st_size else np.empty(0, FORM)


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
