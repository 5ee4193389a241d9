"""Rows of scores: how long a read of one takes while nothing else is done, and while everybody is scored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.client import Load, get
from bench.histories import ordinary
from bench.rounds import Bench, Cell, Figures, watched

ROW, IDLE, BUSY = "score read", "idle ×4", "beside a run ×4"
CONNECTIONS, PAUSE_S, LONGER = 4, 0.005, 4  # a cell is so many times as long as others
PATIENCE_S = 120.0
RUNS = "/v1/scoring-runs"


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells."""
    yield Cell(ROW, IDLE, lambda: _reads(bench))
    yield Cell(ROW, BUSY, lambda: _beside(bench))


def _reads(bench: Bench) -> Figures:
    headers = bench.direct()
    requests = [get(f"/v1/scores/{id_}", headers) for id_ in ordinary(bench.part)]
    socket = bench.system.socket("scoring")
    load = Load(socket, requests, CONNECTIONS, bench.seconds * LONGER, pause=PAUSE_S)
    return watched(bench.system, lambda: bench.generator.run(load))


def _beside(bench: Bench) -> Figures:
    with _run(bench):
        return _reads(bench)


@contextmanager
def _run(bench: Bench) -> Iterator[None]:
    """Have everybody scored meanwhile; TimeoutError when that does not begin, or does not end."""
    key = {"Authorization": f"Bearer {bench.system.secrets.development_key}"}
    with httpx.Client(base_url=bench.system.local.address, headers=key) as client:
        path = client.post(RUNS, json={}).raise_for_status().headers["location"]
        _await(client, path, {"running", "done"})
        yield
        _await(client, path, {"done"})


def _await(client: httpx.Client, path: str, wanted: set[str]) -> None:
    until = time.monotonic() + PATIENCE_S
    while client.get(path).json()["status"] not in wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"{path} is not {' or '.join(sorted(wanted))} after {PATIENCE_S:.0f} s")
        time.sleep(0.02)
