"""A process of its own for what a run computes, so that reads and feeds stay fast beside it.

Started as `python -m services.scoring.valuing.child`: a line of JSON and two arrays in, a line of JSON and
an array out. It ends when its parent does.
"""

import asyncio
import io
import os
import sys
import threading
import time
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

from services.scoring.scores.rows import Rows
from services.scoring.states.history import History
from services.scoring.valuing.computing import Order, Outcome, compute

NICENESS = 10
_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class ComputingError(Exception):
    """The process ended without a result; the text is the last line that it wrote to its error output."""


class KilledError(Exception):
    """The process was killed, which says nothing about the run."""


async def compute_apart(order: Order, learned: History, scored: History) -> Outcome:
    """Return what `compute` returns; the process is killed when the caller is cancelled."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.scoring.valuing.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        told, error = await child.communicate(_written(asdict(order), learned, scored))
    except BaseException as problem:
        if child.returncode is None:
            child.kill()
        await child.wait()
        if isinstance(problem, ConnectionError):  # it was killed while it was being told
            raise KilledError(type(problem).__name__) from problem
        raise
    if child.returncode and child.returncode < 0:
        raise KilledError(f"signal {-child.returncode}")
    if child.returncode:
        raise ComputingError(error.decode(errors="replace").strip().rpartition("\n")[2][:500])
    head, (rows,) = _read(io.BytesIO(told), 1)
    return Outcome(rows=rows, **head)


def main() -> None:
    """Compute once."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    head, (learned, scored) = _read(io.BytesIO(sys.stdin.buffer.read()), 2)
    found = compute(Order(**head), learned, scored)
    told = {name: getattr(found, name) for name in Outcome.__slots__ if name != "rows"}
    sys.stdout.buffer.write(_written(told, found.rows))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _written(head: dict[str, Any], *arrays: History | Rows) -> bytes:
    out = io.BytesIO()
    out.write(orjson.dumps(head) + b"\n")
    for array in arrays:
        np.save(out, array, allow_pickle=False)
    return out.getvalue()


def _read(source: BinaryIO, count: int) -> tuple[dict[str, Any], list[NDArray[np.void]]]:
    head = orjson.loads(source.readline())
    return head, [np.load(source, allow_pickle=False) for _ in range(count)]


if __name__ == "__main__":
    main()
