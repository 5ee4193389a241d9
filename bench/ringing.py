"""Rows of the ring: how long after a telephone system tells of it, who answers has it on the screen."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from threading import Thread

import orjson
import uvloop

from bench.client import Load, Outcome, Percentiles, Screen, Talk, get, post
from bench.dataset import SEED
from bench.histories import ordinary
from bench.lines import phone_of
from bench.rounds import Bench, Cell, Figures, watched
from bench.writes import contacts, keyed

ROW, IDLE, BUSY, FULL = "ring to screen", "idle", "beside 200 a second", "beside 16 without a pause"
AGENTS, A_SECOND, LONGER = 8, 10, 4  # who listen, rings; a cell is so many times as long as others
CONNECTIONS, PAUSE_S = 16, 0.08
LINES = 8  # on which the telephone system sends its events
MOST_A_SECOND = 2_000  # requests beside that no system will take
LONGEST_S, PATIENCE_S = 30, 10  # of a cell: a stream ends after 45 s
_RING = re.compile(rb'"id":"(ring-\d+)"')
_fresh, _ids = count(), count(1)


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells: with nothing beside, with ordinary work beside, and with all that it can take."""
    yield Cell(ROW, IDLE, lambda: _rings(bench))
    yield Cell(ROW, BUSY, lambda: _beside(bench, PAUSE_S))
    yield Cell(ROW, FULL, lambda: _beside(bench, 0.0))


def _rings(bench: Bench) -> Figures:
    draws, part = random.Random(SEED + next(_fresh)), bench.part
    many = max(4, int(min(bench.seconds * LONGER, LONGEST_S) * A_SECOND))
    requests = [
        post("/v1/calls/events", bench.through(), _ringing(part.customer(draws.randrange(part.customers))))
        for _ in range(many)
    ]
    asked = (ring, bench.system.local.address, bench.through(), requests)
    return watched(bench.system, lambda: bench.generator.call(*asked))


def _beside(bench: Bench, pause: float) -> Figures:
    """Do the same while others read customers and timelines and record: three reads for each write."""
    seconds = min(bench.seconds * LONGER, LONGEST_S) + 0.5
    load = Load(
        bench.system.local.address, _work(bench, seconds), CONNECTIONS, seconds, once=True, pause=pause
    )
    crowd = Thread(target=bench.crowd.run, args=(load,))
    crowd.start()
    try:
        return _rings(bench)
    finally:
        crowd.join()


def _work(bench: Bench, seconds: float) -> list[bytes]:
    headers, customers = bench.through(), ordinary(bench.part)
    written = contacts(bench, int(MOST_A_SECOND * seconds) // 4 + 1)
    asks: list[Callable[[int, bytes], bytes]] = [
        lambda n, _: get(f"/v1/customers/{customers[n]}", headers),
        lambda n, _: get(f"/v1/customers/{customers[n]}/timeline?limit=20", headers),
        lambda n, _: get(f"/v1/customers?limit=20&owner=u-{n % 50}", headers),
        lambda _, body: post("/v1/interactions", keyed(headers), body),
    ]
    return [ask(n % len(customers), body) for n, body in enumerate(written) for ask in asks]


def _ringing(customer: int) -> bytes:
    """Return the event that tells of a ring from a customer's number."""
    number = next(_ids)
    return orjson.dumps(
        {
            "call": {"system": "pbx", "id": f"ring-{number}"},
            "type": "ringing",
            "event_id": "1",
            "occurred_at": "2026-06-01T09:30:00Z",
            "direction": "inbound",
            "from": phone_of(customer),
            "to": "95555",
            "queue": "sales",
            "agent": f"u-{number % AGENTS}",
        }
    )


def ring(address: str, headers: str, requests: Sequence[bytes]) -> Outcome:
    """Send rings at an even pace while agents listen; latencies are from when it rings to the screen."""
    return uvloop.run(_ring(address, headers, requests))


async def _ring(address: str, headers: str, requests: Sequence[bytes]) -> Outcome:
    heard, free = dict[bytes, float](), asyncio.Queue[Talk]()
    for _ in range(LINES):
        free.put_nowait(await Talk.open(address))
    screens = [await Screen.listen(address, _listening(n, headers), _noted(heard)) for n in range(AGENTS)]
    cpu, began = time.process_time(), time.perf_counter()

    async def tell(number: int, request: bytes) -> tuple[bytes, float]:
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        rang = time.perf_counter()
        line = await free.get()
        await line.ask(request)
        free.put_nowait(line)
        return _named(request), rang

    rang = dict(await asyncio.gather(*(tell(*each) for each in enumerate(requests))))
    async with asyncio.timeout(PATIENCE_S):
        while rang.keys() - heard.keys():  # noqa: ASYNC110 - one clock for all screens
            await asyncio.sleep(0.01)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    await (await free.get()).ask(post("/v1/calls/events/batch", headers, _ended(rang)))
    for each in (*screens, *(free.get_nowait() for _ in range(free.qsize()))):
        each.transport.close()
    late = Percentiles.of([heard[each] - at for each, at in rang.items()])
    return Outcome(len(rang), took, late, used, {}, 0)


def _listening(number: int, headers: str) -> bytes:
    return get(f"/v1/calls/ringing?agent=u-{number}", f"{headers}accept: text/event-stream\r\n")


def _noted(heard: dict[bytes, float]) -> Callable[[bytes], None]:
    def note(event: bytes) -> None:
        if found := _RING.search(event):
            heard.setdefault(found[1], time.perf_counter())

    return note


def _named(request: bytes) -> bytes:
    found = _RING.search(request)
    if found is None:
        raise ValueError("no ring")
    return found[1]


def _ended(calls: Iterable[bytes]) -> bytes:
    """Return a batch that ends calls: who listens next shall not hear of them."""
    end = {"type": "ended", "event_id": "2", "occurred_at": "2026-06-01T09:31:00Z"}
    return orjson.dumps(
        {"items": [{"call": {"system": "pbx", "id": name.decode()}, **end} for name in calls]}
    )
