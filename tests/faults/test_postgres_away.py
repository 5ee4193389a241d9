"""Postgres is away: alive but not ready, no error but 503, nothing stuck, and back by itself."""

import asyncio
import itertools
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from guanxi.postgres import EmbeddedPostgres
from tests.e2e.system import System, running
from tests.faults.conftest import make_someone, port_of, size, tell
from tests.faults.load import Request, load
from tests.faults.test_rolling_restart import interaction

AWAY_S = size("seconds", 5)
BACK_S = 5.0


@pytest.fixture(scope="module")
def database() -> Iterator[EmbeddedPostgres]:
    """A server that no supervisor keeps alive."""
    folder = Path(tempfile.mkdtemp(prefix="gx"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder)
    yield server
    server.destroy()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def orphan(database: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system on a database that may go away."""
    home = tmp_path_factory.mktemp("away") / "home"
    with running(home, GUANXI_DATABASE_URL=database.start()) as up:
        yield up


async def probe(system: System, path: str) -> int:
    async with httpx.AsyncClient(base_url=system.address, timeout=5) as client:
        return (await client.get(path)).status_code


@pytest.mark.parametrize("how", ["gone", "hung"])
async def test_it_is_missed_politely_and_taken_back_at_once(
    orphan: System, database: EmbeddedPostgres, how: str
) -> None:
    with orphan.client() as api:
        someone = make_someone(api)
    reference, port = someone.rpartition("/")[2], port_of(orphan)

    def requests(number: int) -> Iterator[Request]:
        for n in itertools.count():
            yield "GET", someone, b""
            yield "POST", "/v1/interactions", interaction(reference, f"{number}-{n}")
            yield "GET", f"{someone}/overview", b""
            yield "GET", "/v1/tiers", b""

    async with load(port, orphan.key, 8, requests, pause=0.05) as tally:
        await asyncio.sleep(2)
        assert tally.failed == 0, tally.odd[:5]
        seen = await (gone if how == "gone" else hung)(orphan, database)
        begun, answered = time.monotonic(), tally.answered
        while (await probe(orphan, "/readyz")) != 200 or tally.answered < answered + 20:
            assert time.monotonic() - begun < 6 * BACK_S, tally.odd[-5:]
            await asyncio.sleep(0.02)
        back = time.monotonic() - begun
        odd = len(tally.odd)
        await asyncio.sleep(3)
        after = tally.odd[odd:]
    tell(f"Postgres {how}", away=f"{AWAY_S} s", back=f"{back:.2f} s", probes=sorted(seen), **tally.figures())
    assert seen == {("/livez", 200), ("/readyz", 503)}
    allowed = {200, 201, 503} | ({504} if how == "hung" else set())  # what was in flight, and may be done
    assert set(tally.statuses) <= allowed, [odd for odd in tally.odd if ": 503" not in odd][:5]
    assert back <= BACK_S
    assert not after


async def gone(system: System, database: EmbeddedPostgres) -> set[tuple[str, int]]:
    """End the server, start it again after AWAY_S; return what the probes said meanwhile."""
    await asyncio.to_thread(database.stop)
    seen = await probed(system)
    await asyncio.to_thread(database.start)
    return seen


async def hung(system: System, database: EmbeddedPostgres) -> set[tuple[str, int]]:
    """Let the server neither answer nor hang up."""
    assert database.process is not None
    postmaster = psutil.Process(database.process.pid)
    them = [postmaster, *postmaster.children(recursive=True)]
    for process in them:
        process.send_signal(signal.SIGSTOP)
    try:
        return await probed(system)
    finally:
        for process in them:
            process.send_signal(signal.SIGCONT)


async def probed(system: System) -> set[tuple[str, int]]:
    """Ask the probes for AWAY_S."""
    seen, until = set(), time.monotonic() + AWAY_S
    while time.monotonic() < until:
        seen |= {(path, await probe(system, path)) for path in ("/livez", "/readyz")}
        await asyncio.sleep(0.2)
    return seen
