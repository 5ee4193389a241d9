"""A service stopped or killed: the overview answers without it, soon as fast as ever, and is whole again."""

import asyncio
import itertools
import signal
import time
from collections.abc import Iterator

import orjson
import psutil
import pytest

from tests.e2e.system import System
from tests.faults.conftest import LONG, bound, port_of, tell
from tests.faults.load import Connection, Request, Tally, load

FIRST_S, THEN_S, BACK_S = 5.0, 4.0, 10.0
PARTS = ["scoring", "interaction", "customer"] if LONG else ["interaction"]


def quiet(tally: Tally, since: int) -> list[float]:
    """Return what has been measured since then, in order."""
    return sorted(tally.seconds[since:])


def p99(seconds: list[float]) -> float:
    return seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]


async def whole_after(port: int, key: str, path: str, begun: float) -> float:
    """Ask until the overview has all its parts; return how long after `begun` that was."""
    connection = Connection(port, key)
    while True:
        if await connection.send("GET", path) == 200 and not orjson.loads(connection.body)["partial"]:
            connection.close()
            return time.monotonic() - begun
        assert time.monotonic() - begun < 2 * BACK_S, connection.body
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("part", PARTS)
async def test_a_stopped_service_is_missed_by_the_overview_only(
    fragile: System, someone: str, part: str
) -> None:
    path, port = f"{someone}/overview", port_of(fragile)
    (process,) = fragile.processes(f"serve {part}")

    def overviews(_: int) -> Iterator[Request]:
        return itertools.repeat(("GET", path, b""))

    await whole_after(port, fragile.key, path, time.monotonic())
    async with load(port, fragile.key, 4, overviews, pause=0.02) as tally:
        await asyncio.sleep(3)
        healthy = p99(quiet(tally, len(tally.seconds) // 3))
        at = len(tally.seconds)
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(FIRST_S)
            first = p99(quiet(tally, at))
            at = len(tally.seconds)
            await asyncio.sleep(THEN_S)
            then = p99(quiet(tally, at))
        finally:
            process.send_signal(signal.SIGCONT)
            begun = time.monotonic()
        back = await whole_after(port, fragile.key, path, begun)
    told = {"healthy": healthy, "first_5_s": first, "then": then, "whole_after": back}
    tell(f"stopped {part}, p99", **{name: f"{seconds:.3f} s" for name, seconds in told.items()})
    assert tally.failed == 0, tally.odd[:5]
    assert first <= bound(1.0, 2.0)
    assert then <= healthy + bound(0.02, 0.2)
    assert back <= BACK_S


@pytest.mark.parametrize("part", PARTS)
async def test_a_killed_service_is_back_soon(fragile: System, someone: str, part: str) -> None:
    path, port = f"{someone}/overview", port_of(fragile)

    def overviews(_: int) -> Iterator[Request]:
        return itertools.repeat(("GET", path, b""))

    await whole_after(port, fragile.key, path, time.monotonic())
    async with load(port, fragile.key, 4, overviews, pause=0.02) as tally:
        await asyncio.sleep(1)
        at, begun = len(tally.seconds), time.monotonic()
        process: psutil.Process = fragile.processes(f"serve {part}")[0]
        process.kill()
        await asyncio.sleep(0.5)
        back = await whole_after(port, fragile.key, path, begun)
        slowest = p99(quiet(tally, at))
    tell(f"killed {part}", whole_after=f"{back:.2f} s", slowest=f"{slowest:.3f} s", **tally.figures())
    assert tally.failed == 0, tally.odd[:5]
    assert slowest <= bound(1.0, 2.0)
    assert back <= BACK_S
