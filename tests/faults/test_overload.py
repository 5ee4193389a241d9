"""Three times more than the system can do: it goes on doing what it can, and refuses the rest at once."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator

from tests.e2e.system import System
from tests.faults.bystander import begun, called
from tests.faults.conftest import bound, port_of, size, tell
from tests.faults.load import Connection, Request, Tally, load

SECONDS = max(3, size("seconds", 9) // 3)
PAGE = "/v1/customers?limit=200"
TIMES = 3


async def offer(port: int, key: str, rate: float, seconds: float, tally: Tally) -> None:
    """Send `rate` requests a second whatever happens to them; note it, and that refusals say when to come."""
    free: list[Connection] = []

    async def one() -> None:
        connection = free.pop() if free else Connection(port, key)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(10):
                status = await connection.send("GET", PAGE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            connection.close()
            status = 0
            tally.odd.append(repr(error))
        took = time.perf_counter() - began
        if status == 200:
            tally.seconds.append(took)
        elif status and "retry-after" not in connection.answered:
            tally.odd.append(f"{status} without Retry-After")
        tally.statuses[status] += 1
        free.append(connection)

    began, tasks = time.perf_counter(), []
    while (passed := time.perf_counter() - began) < seconds:
        tasks += [asyncio.create_task(one()) for _ in range(int(passed * rate) - len(tasks))]
        await asyncio.sleep(0.005)
    await asyncio.gather(*tasks)
    for connection in free:
        connection.close()


async def test_goodput_holds_and_refusals_are_fast(full: System) -> None:
    def pages(_: int) -> Iterator[Request]:
        return itertools.repeat(("GET", PAGE, b""))

    port = port_of(full)
    async with load(port, full.key, 16, pages) as warm:
        await asyncio.sleep(1)
    peaks, goodputs, tally, refused = list[float](), list[float](), Tally(), list[float]()
    for _ in range(3):  # alternating: who else uses the machine shall hurt both alike
        began = time.perf_counter()
        async with load(port, full.key, 16, pages) as closed:
            await asyncio.sleep(SECONDS)
        peaks.append(closed.answered / (time.perf_counter() - began))
        bystander = await called(port, full.key, PAGE, SECONDS)
        began, before = time.perf_counter(), tally.statuses[200]
        beside = asyncio.create_task(begun(bystander))
        await offer(port, full.key, TIMES * peaks[-1], SECONDS, tally)
        goodputs.append((tally.statuses[200] - before) / (time.perf_counter() - began))
        refused += await beside
    peak, goodput = statistics.median(peaks), statistics.median(goodputs)
    assert len(refused) > 20, "it was not overloaded"
    slowest = sorted(refused)[int(len(refused) * 0.99)]
    tell(
        "overload",
        peak=f"{peak:.0f}/s",
        offered=f"{TIMES} times",
        goodput=f"{goodput:.0f}/s",
        ratio=f"{goodput / peak:.2f}",
        refusals=len(refused),
        refusal_p99=f"{slowest * 1000:.0f} ms",
        **tally.figures(),
    )
    assert warm.failed == 0
    assert goodput >= bound(0.8, 0.5) * peak
    assert set(tally.statuses) <= {200, 503, 429}, tally.odd[:5]
    assert not tally.odd
    assert slowest < bound(0.5, 2.0)
