"""What the system is measured beside: pgbench, a bare pool of connections, and psql's COPY."""

import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import asyncpg
import uvloop

from bench.client import Outcome, Percentiles
from bench.rounds import Figures, timed
from bench.statements import Script
from bench.system import System
from shared.database import ANY_SIZE, speak_json

CLIENTS, THREADS = 16, 2
TASKS, POOL = 32, 8  # as many as the load generator has connections, and as a service has
_COUNT = re.compile(rb"transactions actually processed: (\d+)")
_COPIED = re.compile(rb"COPY (\d+)")
_TOOK = re.compile(rb"Time: ([\d.]+) ms")
Arguments = Sequence[Any]


def pgbench(system: System, service: str, script: Script, seconds: float) -> Figures:
    """Run a script with prepared statements, as the service's own role."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script.text())
        file.flush()
        command = [str(system.program("pgbench")), "--no-vacuum", "--protocol=prepared"]
        command += [f"--client={CLIENTS}", f"--jobs={THREADS}", _length(seconds)]
        command += [f"--file={file.name}", system.dsn(service)]
        return timed(system, lambda: int(_one(_COUNT, _run(command))))


def _length(seconds: float) -> str:
    """Say how long pgbench shall run: for whole seconds, or for a few transactions of each client."""
    return f"--time={round(seconds)}" if seconds >= 1 else f"--transactions={round(200 * seconds) + 1}"


def copy(system: System, service: str, command: str, rows: bytes = b"") -> Figures:
    """Run psql's copy command from its standard input, or to its output, and undo it; units are rows."""
    steps = ("begin", "\\timing on", f"\\copy {command}", "\\timing off", "rollback")
    words = [str(system.program("psql")), "--no-psqlrc", system.dsn(service)]
    done = _run([*words, *(word for step in steps for word in ("--command", step))], rows)
    copied, took = int(_one(_COPIED, done)), float(_one(_TOOK, done))
    return Figures(copied / took * 1000)


def pool(dsn: str, sql: str, arguments: Sequence[Arguments], seconds: float) -> Outcome:
    """Run a statement from many tasks over a pool of connections, without HTTP."""
    return uvloop.run(_pool(dsn, sql, arguments, seconds))


async def _pool(dsn: str, sql: str, arguments: Sequence[Arguments], seconds: float) -> Outcome:
    connections = await asyncpg.create_pool(
        dsn,
        min_size=POOL,
        max_size=POOL,
        init=speak_json,
        reset=_keep,
        max_cacheable_statement_size=ANY_SIZE,
    )
    given, latencies = cycle(arguments), list[float]()
    cpu, began = time.process_time(), time.perf_counter()

    async def task() -> None:
        while time.perf_counter() < began + seconds:
            sent = time.perf_counter()
            await connections.fetch(sql, *next(given))
            latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(task() for _ in range(TASKS)))
    took = time.perf_counter() - began
    used = time.process_time() - cpu
    await connections.close()
    return Outcome(len(latencies), took, Percentiles.of(latencies), used, {}, 0)


async def _keep(_: asyncpg.Connection) -> None:
    """Reset nothing, as the services do."""


def _run(command: Sequence[str], given: bytes = b"") -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode()[:500]}")
    return done.stdout[-10_000:] + done.stderr


def _one(pattern: re.Pattern[bytes], said: bytes) -> bytes:
    found = pattern.search(said)
    if found is None:
        raise RuntimeError(f"not found in {said!r}: {pattern.pattern!r}")
    return found[1]
