"""How fast clients are refused, in a process of their own that is not itself overloaded.

`python -m tests.faults.bystander <port> <key> <path> <seconds>` prints how long each refusal took.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process

from tests.faults.load import Connection

CLIENTS, PAUSE_S = 8, 0.02


async def refusals(port: int, key: str, path: str, seconds: float) -> list[float]:
    """Ask until the time is over; return how long it took to be refused, each time."""
    took, until = list[float](), time.perf_counter() + seconds

    async def one() -> None:
        connection = Connection(port, key)
        while (began := time.perf_counter()) < until:
            await connection.send("GET", path)
            if "retry-after" in connection.answered:
                took.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)
        connection.close()

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return took


async def called(port: int, key: str, path: str, seconds: float) -> Process:
    """Start that process; it waits to be told to begin."""
    words = ("-m", "tests.faults.bystander", str(port), key, path, str(seconds))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def begun(process: Process) -> list[float]:
    """Let it begin; return what it measured."""
    said, _ = await process.communicate(b"begin\n")
    return list(json.loads(said))


if __name__ == "__main__":
    _, port, key, path, seconds = sys.argv
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(asyncio.run(refusals(int(port), key, path, float(seconds)))))
