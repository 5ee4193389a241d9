"""One rate at several gateways: leases add up to what the client may ask, and cost it nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from gateway.rates import leases as leasing
from gateway.rates.leases import Leases, Share
from gateway.rates.queries import settle
from tests.conftest import Service
from tests.gateway.own import Own, standing
from tests.gateway.test_two_gateways import process

SECONDS = 2.0


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


async def client(own: Own, rate: int) -> tuple[UUID, str]:
    """Make a client with this rate; return its id and key."""
    admin = await own.client()
    body = {"name": "x", "scopes": ["feed:read"], "rate": rate}
    made = (await admin.post("/v1/api-clients", json=body)).raise_for_status().json()
    return UUID(made["id"]), made["key"]


async def take(share: Share) -> bool:
    """Ask for one request as the door does; tell whether it may pass."""
    while share.take(time.monotonic()):
        if not share.asking:
            return False
        await asyncio.shield(share.asking)
    return True


async def hammer(share: Share, seconds: float) -> int:
    """Ask without pause; return how many passed."""
    until, passed = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        passed += await take(share)
        await asyncio.sleep(0.001)
    return passed


def remaining(share: Share) -> bytes:
    share.row.level(time.monotonic())
    return dict(share.headers())[b"ratelimit"].split(b";")[1]


async def test_gateways_together_admit_what_one_would(own: Own) -> None:
    await asyncio.gather(*(admitted(own, *each) for each in ((1, 2), (20, 2), (20, 5))))


async def admitted(own: Own, rate: int, gateways: int) -> None:
    who, _ = await client(own, rate)
    shares = [Leases(own.running.database.pool).share(who, rate) for _ in range(gateways)]
    began = time.monotonic()
    passed = sum(await asyncio.gather(*(hammer(share, SECONDS) for share in shares)))
    may = rate * (10 + time.monotonic() - began)
    assert 0.85 * may - 2 <= passed <= may, f"{rate}/s at {gateways} gateways"


async def test_two_processes_together_admit_what_one_would(own: Own, tmp_path: Path) -> None:
    rate = 10
    _, key = await client(own, rate)
    async with process(own, tmp_path) as elsewhere:
        there, here = elsewhere(key), own.stranger(authorization=f"Bearer {key}")
        assert (await there.get("/livez", timeout=30)).status_code == 200, "it has started"
        began = time.monotonic()
        statuses: list[int] = []
        late: list[httpx.Response] = []
        while (passed := time.monotonic() - began) < SECONDS or not late:
            answers = await asyncio.gather(*(each.get("/v1/me") for each in (here, there) for _ in range(5)))
            statuses += [answer.status_code for answer in answers]
            late = [answer for answer in answers if answer.status_code == 429]
        assert late[-1].headers["ratelimit-policy"] == '"client";q=100;w=10'
        assert late[-1].headers["retry-after"] == "1"
    assert set(statuses) == {200, 429}
    assert 0.85 * rate * (10 + passed) <= statuses.count(200) <= rate * (10 + passed + 0.2)


async def test_a_burst_at_one_gateway_gets_all_and_is_told_exactly(own: Own) -> None:
    who, _ = await client(own, 1)
    share = Leases(own.running.database.pool).share(who, 1)
    told = []
    for _ in range(10):
        assert await take(share)
        told.append(remaining(share))
    assert told == [b"r=%d" % left for left in range(9, -1, -1)]
    assert not await take(share)
    assert 0 < share.take(time.monotonic()) <= 1


async def test_many_first_requests_at_once_share_the_leases(own: Own) -> None:
    who, _ = await client(own, 5)
    share = Leases(own.running.database.pool).share(who, 5)
    passed = await asyncio.gather(*(take(share) for _ in range(80)))
    assert 50 <= sum(passed) <= 51


async def test_what_is_not_used_goes_back(own: Own) -> None:
    who, _ = await client(own, 2)
    here, there = (Leases(own.running.database.pool) for _ in range(2))
    assert await take(here.share(who, 2))
    assert here.share(who, 2).held == 4
    await here.give_back()
    assert here.share(who, 2).held == 4, "it was just used"
    await here.close()
    assert here.share(who, 2).held == 0
    assert await take(there.share(who, 2))
    assert remaining(there.share(who, 2)) == b"r=18"


async def test_a_client_at_full_speed_asks_the_database_rarely(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def counted(*given: object) -> object:
        nonlocal asked
        asked += 1
        return await settle(*given)  # type: ignore[arg-type]  # the same two

    monkeypatch.setattr(leasing, "settle", counted)
    who, _ = await client(own, 10_000)
    share = Leases(own.running.database.pool).share(who, 10_000)
    assert await take(share)
    waited = 0
    for n in range(60_000):
        waited += share.take(time.monotonic()) > 0
        if n % 100 == 0:
            await asyncio.sleep(0.001)
    assert waited == 0
    assert asked <= 60_000 / (share.want - share.low) + 2


class Away(asyncpg.Pool):
    """The pool of a database that is not there."""

    def __init__(self) -> None:
        """Hold nothing."""

    async def fetch(self, *_: object, **__: object) -> list[asyncpg.Record]:
        raise OSError


async def test_without_the_database_each_goes_on_with_half(own: Own) -> None:
    await asyncio.gather(*(half_admitted(own, gateways) for gateways in (1, 2)))


async def half_admitted(own: Own, gateways: int) -> None:
    who, _ = await client(own, 20)
    shares = [Leases(Away()).share(who, 20) for _ in range(gateways)]
    passed = sum(await asyncio.gather(*(hammer(share, SECONDS) for share in shares)))
    may = 20 * (10 + SECONDS) * gateways / 2
    assert 0.8 * may <= passed <= may + 5, f"{gateways} gateways"
