"""A worker is killed in the middle of comparing: the next one finishes, and nobody can tell."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.customer.duplicates import running
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from tests.services.customer.duplicates.support import asked, created, look, person, phone
from tests.support.running import Running

PAGE, CHUNK, LAST = 7, 4, 5  # records, pairs; the chunk whose pairs are written but not committed
GIVEN = ("Ada", "Bea", "Cleo", "Dora", "Edda", "Fay", "Gwen", "Hope")
_PAIRS = """select one, other, status, score, reasons, cluster_id, version from customer.duplicates
    order by one, other"""
_TOLD = """select subject, count(*) from customer.feed, unnest(subjects) subject
    where type = 'duplicate.created' group by 1"""


async def test_killed_while_comparing_it_goes_on_as_if_nothing_had_been(
    client: httpx.AsyncClient, customer: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(running, "PAGE", PAGE)
    monkeypatch.setattr(running, "CHUNK", CHUNK)
    for number, name in enumerate(GIVEN):
        same = person(f"{name} Marple{'abcdefgh'[number] * 3}", phone())
        for _ in range(3):
            await created(client, same)
    run, pool = await asked(client), customer.database.pool
    killed_at(LAST, customer, tmp_path)
    assert await pool.fetchrow("select status, (checkpoint ->> 'chunk')::int from customer.jobs") == (
        "running",
        LAST - 1,
    )
    before = await pool.fetch(_PAIRS)
    assert 0 < len(before) < 3 * len(GIVEN)
    await pool.execute("update customer.jobs set leased_until = now()")
    assert await work_once(customer.database, JOBS, {KIND: DuplicateRun(customer.database)})
    resumed = (await client.get(f"/v1/duplicate-runs/{run}")).json()
    found = await pool.fetch(_PAIRS)
    assert (resumed["status"], resumed["attempts"] > 0, len(found)) == ("done", True, 3 * len(GIVEN))
    assert {told["count"] for told in await pool.fetch(_TOLD)} == {1}
    await pool.execute("truncate customer.duplicates")
    undisturbed = await look(client, customer)
    assert await pool.fetch(_PAIRS) == found
    assert undisturbed["counts"] == resumed["counts"]


def killed_at(chunk: int, customer: Running, folder: Path) -> None:
    """Let a worker of its own begin the job, and be killed at this chunk."""
    settings = customer.settings
    environment: dict[str, Any] = {
        **os.environ,
        "GUANXI_CUSTOMER_DATABASE_URL": settings.database_url,
        "GUANXI_KEYS": str(settings.keys),
        "GUANXI_SECRET": settings.secret.hex(),
        "TMPDIR": str(folder),
    }
    words = [sys.executable, "-m", "tests.services.customer.duplicates.dying", chunk, PAGE, CHUNK]
    done = subprocess.run(
        list(map(str, words)), env=environment, check=False, capture_output=True, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
