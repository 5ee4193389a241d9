"""`guanxi restart` under load: processes change, and no request fails."""

import asyncio
import itertools
from collections.abc import Iterator

import orjson

from tests.e2e.system import System
from tests.faults.conftest import port_of, size, tell
from tests.faults.load import Request, load

ROUNDS = size("rounds", 1)
PARTS = ("customer", "interaction", "scoring", "gateway")


async def test_restarting_every_process_under_load_fails_no_request(fragile: System, someone: str) -> None:
    reference = someone.rpartition("/")[2]

    def requests(number: int) -> Iterator[Request]:
        for n in itertools.count():
            yield "GET", someone, b""
            yield "POST", "/v1/interactions", interaction(reference, f"{number}-{n}")
            yield "GET", f"{someone}/timeline?limit=20", b""
            yield "GET", "/v1/tiers", b""
            yield "POST", "/v1/customers", b'{"kind":"person","name":"Rolling"}'

    async with load(port_of(fragile), fragile.key, size("clients", 6), requests, pause=0.02) as tally:
        for _ in range(ROUNDS):
            before = pids(fragile)
            done = await asyncio.to_thread(fragile.command, "restart", timeout=300)
            assert done.stdout.split()[-1] == "scoring-worker"
            assert before.keys() == pids(fragile).keys()
            assert not set(before.values()) & set(pids(fragile).values())
    tell("rolling restart", rounds=ROUNDS, **tally.figures())
    assert tally.failed == 0, tally.odd[:10]
    assert tally.answered > 100 * ROUNDS


def pids(system: System) -> dict[str, int]:
    """Return each part's process."""
    return {part: system.processes(f"serve {part}")[0].pid for part in PARTS}


def interaction(customer: str, number: str) -> bytes:
    """Write something that passed; without an idempotency key nobody may try it twice."""
    return orjson.dumps(
        {
            "customer": customer,
            "channel": "phone",
            "direction": "inbound",
            "occurred_at": "2026-03-01T09:30:00Z",
            "subject": number,
        }
    )
