"""Rows of consumption structures: how long each pair of dimensions takes, of a year beside the one before."""

from collections.abc import Iterator
from itertools import combinations

from bench.client import Load, get
from bench.lines import DEPARTMENTS
from bench.rounds import Bench, Cell, Figures, watched
from services.scoring.structure.dimensions import SalesDimension
from shared.auth import HEADER, Principal, Visibility

ROW, EVERYBODY, DEPARTMENT = "structure, any pair", "all customers ×1", "a department's ×1"
YEAR = "since=2025-06&until=2026-05"  # the last that is loaded
LONGER = 4  # a cell is so many times as long as others: one pair takes as long as a hundred reads
PAIRS = tuple(combinations([each for each in SalesDimension if each is not SalesDimension.CUSTOMER], 2))
_SCOPES = frozenset(("scores:read",))
SEEN = {
    EVERYBODY: Principal("bench", _SCOPES, Visibility.ALL),
    DEPARTMENT: Principal("bench", _SCOPES, Visibility.DEPARTMENT, f"d-{DEPARTMENTS - 1}"),
}


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells: who sees everybody's customers, and who sees those of a department."""
    for way, principal in SEEN.items():
        yield Cell(ROW, way, lambda principal=principal: _asked(bench, principal))  # type: ignore[misc]  # a cell takes nothing


def _asked(bench: Bench, principal: Principal) -> Figures:
    headers = f"{HEADER}: {bench.system.identity(principal)}\r\n"
    paths = (f"/v1/consumption-structure?rows={rows}&columns={columns}&{YEAR}" for rows, columns in PAIRS)
    requests = [get(path, headers) for path in paths]
    least = max(bench.least, len(PAIRS))
    load = Load(bench.system.socket("scoring"), requests, 1, bench.seconds * LONGER, least=least)
    return watched(bench.system, lambda: bench.generator.run(load))
