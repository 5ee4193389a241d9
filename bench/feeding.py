"""Rows of the feed: how fast a reader drains it, and how long after a write it hears of it."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from urllib.parse import quote

import orjson
import uvloop

from bench import beside
from bench.client import Load, Outcome, Percentiles, Talk, get, post
from bench.dataset import SEED
from bench.rounds import Bench, Cell, Figures, watched
from bench.writes import FASTEST, contacts, keyed

PAGE, WAIT_S = 2_000, 20
WRITERS = 16
CHANGES, INTERACTIONS = "/v1/changes", "/v1/interactions"
PAUSES_S = 0.02, 0.1  # between two writes whose way to a reader is timed
_ENTRY = b'"specversion":'


def cells(bench: Bench) -> Iterator[Cell]:
    """Yield the cells of the feed."""
    for row, more in (("drain thin", "&thin=true"), ("drain joined", "")):
        for way in ("gateway", "direct"):
            yield Cell(row, way, _drain(bench, f"{CHANGES}?limit={PAGE}&types=customer{more}", way))
        yield Cell(
            row, "copy", lambda: beside.copy(bench.system, "customer", "customer.customers to /dev/null")
        )
    yield Cell("write to reader", "idle", lambda: _hear(bench))
    yield Cell("write to reader", "busy", lambda: _hear_in_a_crowd(bench))


def _drain(bench: Bench, path: str, way: str) -> Callable[[], Figures]:
    def run() -> Figures:
        direct = way == "direct"
        address = bench.system.socket("customer") if direct else bench.system.local.address
        asked = (drain, address, path, bench.direct() if direct else bench.through(), bench.seconds)
        return watched(bench.system, lambda: bench.generator.call(*asked))

    return run


def _hear(bench: Bench) -> Figures:
    """Time how long after its commit a write is heard of by a reader that waits for it."""
    many = int(bench.seconds * 2 / sum(PAUSES_S)) + 1
    requests = [post(INTERACTIONS, keyed(bench.through()), body) for body in contacts(bench, many)]
    asked = (hear, bench.system.local.address, bench.through(), requests)
    return watched(bench.system, lambda: bench.generator.call(*asked))


def _hear_in_a_crowd(bench: Bench) -> Figures:
    """Do the same while others write as fast as they can."""
    wanted = contacts(bench, int(FASTEST * bench.seconds * 1.5))
    requests = [post(INTERACTIONS, keyed(bench.through()), body) for body in wanted]
    load = Load(bench.system.local.address, requests, WRITERS, bench.seconds * 1.5, once=True)
    crowd = Thread(target=bench.crowd.run, args=(load,))
    crowd.start()
    try:
        return _hear(bench)
    finally:
        crowd.join()


def drain(address: str, path: str, headers: str, seconds: float) -> Outcome:
    """Read a feed from its beginning, page after page, for so long or to its end; answers are entries."""
    return uvloop.run(_draining(address, path, headers, seconds))


async def _draining(address: str, path: str, headers: str, seconds: float) -> Outcome:
    talk, entries, size, latencies = await Talk.open(address), 0, 0, list[float]()
    began, cpu, more, on = time.perf_counter(), time.process_time(), "", True
    while on and (sent := time.perf_counter()) < began + seconds:
        page = await talk.ask(get(path + more, headers))
        latencies.append(time.perf_counter() - sent)
        entries, size = entries + page.count(_ENTRY), size + len(page)
        end = orjson.loads(b"{" + page[page.rindex(b'"next":') :])
        more, on = f"&after={quote(end['next'])}", not end["up_to_date"]
    talk.transport.close()
    return _outcome(entries, time.perf_counter() - began, latencies, time.process_time() - cpu, size)


def hear(address: str, headers: str, requests: Sequence[bytes]) -> Outcome:
    """Write now and then while a reader waits; latencies are from its answer to the hearing of it."""
    return uvloop.run(_hearing(address, headers, requests))


async def _hearing(address: str, headers: str, requests: Sequence[bytes]) -> Outcome:
    writer, reader = await Talk.open(address), await Talk.open(address)
    written, heard, draws = dict[str, float](), dict[str, float](), random.Random(SEED)
    path = f"{CHANGES}?thin=true&types=interaction&limit={PAGE}"
    cpu, began = time.process_time(), time.perf_counter()
    reading = asyncio.create_task(_listen(reader, path, headers, heard))
    for request in requests:
        await asyncio.sleep(draws.uniform(*PAUSES_S))
        answer = orjson.loads(await writer.ask(request))
        written[answer["id"]] = time.perf_counter()
    while written.keys() - heard.keys():
        if reading.done():
            reading.result()
        await asyncio.sleep(0.01)
    reading.cancel()
    for talk in (writer, reader):
        talk.transport.close()
    latencies = [max(0.0, heard[each] - at) for each, at in written.items()]
    return _outcome(len(written), time.perf_counter() - began, latencies, time.process_time() - cpu, 0)


async def _listen(talk: Talk, path: str, headers: str, heard: dict[str, float]) -> None:
    """Follow the feed from where it ends now; note when each subject came."""
    snapshot = orjson.loads(await talk.ask(get(f"{CHANGES}/snapshot?kind=interaction&limit=1", headers)))
    after = snapshot["cursor"]
    while True:
        page = orjson.loads(await talk.ask(get(f"{path}&wait={WAIT_S}&after={quote(after)}", headers)))
        now, after = time.perf_counter(), page["next"]
        for item in page["items"]:
            heard.setdefault(item["subject"], now)


def _outcome(answers: int, seconds: float, latencies: Sequence[float], cpu: float, size: int) -> Outcome:
    return Outcome(answers, seconds, Percentiles.of(latencies), cpu, {}, size)
