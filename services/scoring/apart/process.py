"""A process of its own for what computes long: a module's `work`, with JSON and arrays in and out.

Started as `python -m services.scoring.apart.process <module>`: a line of JSON and arrays in, the same out. It
ends when its parent does.
"""

import asyncio
import importlib
import io
import os
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

NICENESS = 10
Arrays = Sequence[NDArray[Any]]
_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class ComputingError(Exception):
    """The process ended without a result; the text is the last line that it wrote to its error output."""


class KilledError(Exception):
    """The process was killed, which says nothing about what it was to compute."""


async def apart(module: str, head: dict[str, Any], *arrays: NDArray[Any]) -> tuple[dict[str, Any], Arrays]:
    """Return what `work(head, arrays)` of a module returns; cancelling the caller kills the process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.scoring.apart.process",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        told, error = await child.communicate(await asyncio.to_thread(_written, head, arrays))
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
    return await asyncio.to_thread(_read, io.BytesIO(told))


def main(module: str) -> None:
    """Work once."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    head, arrays = _read(io.BytesIO(sys.stdin.buffer.read()))
    told, found = importlib.import_module(module).work(head, arrays)
    sys.stdout.buffer.write(_written(told, found))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _written(head: dict[str, Any], arrays: Arrays) -> bytes:
    out = io.BytesIO()
    out.write(orjson.dumps([len(arrays), head]) + b"\n")
    for array in arrays:
        np.save(out, array, allow_pickle=False)
    return out.getvalue()


def _read(source: BinaryIO) -> tuple[dict[str, Any], Arrays]:
    count, head = orjson.loads(source.readline())
    return head, [np.load(source, allow_pickle=False) for _ in range(count)]


if __name__ == "__main__":
    main(sys.argv[1])
