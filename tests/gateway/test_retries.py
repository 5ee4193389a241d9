"""One layer of retries, within a budget; and time that only ever gets less on the way."""

import asyncio
import time

import httpx
import pytest

from gateway import upstream as upstreams
from tests.gateway.conftest import KEY, Front
from tests.gateway.test_proxy import deadline
from tests.support.wire import Asked, Wire
from web.budget import MOST, Budget

OFFERED = 1_000


async def ask_all(front: Front, path: str) -> list[int]:
    """Ask OFFERED times, 20 at once; return the statuses."""
    statuses: list[int] = []
    wire = Wire(f"http://127.0.0.1:{front.port}", KEY, at_once=20)
    each = (Asked(path, "GET", f"/v1/customers/{path}") for _ in range(OFFERED))
    await wire.ask(each, lambda _, answer: statuses.append(answer.status))
    return statuses


def seen(front: Front, path: str) -> int:
    """Count what the service was asked, without the probes of a breaker that a slow machine woke."""
    return sum(f"/v1/customers/{path} " in asked.line for asked in front.stub.asked)


async def test_a_service_that_fails_sees_no_flood_of_retries(front: Front) -> None:
    await ask_all(front, "echo")
    front.stub.asked.clear()
    assert set(await ask_all(front, "gone")) <= {502, 504}  # 504: the machine was too busy to tell in time
    assert seen(front, "gone") <= 1.1 * OFFERED
    assert seen(front, "gone") > 0.9 * OFFERED


async def test_a_service_that_fails_now_and_then_sees_a_tenth_more_at_most(front: Front) -> None:
    statuses = await ask_all(front, "flaky")
    assert seen(front, "flaky") <= 1.1 * OFFERED + MOST
    assert statuses.count(200) > OFFERED * 2 / 3 + MOST


async def test_one_users_crash_is_not_seen_by_the_others(front: Front) -> None:
    others = [asyncio.create_task(front.client.get("/v1/customers/slow")) for _ in range(20)]
    keyed = {"idempotency-key": "k"}
    others += [
        asyncio.create_task(front.client.post("/v1/customers/slow", json={}, headers=keyed)) for _ in range(5)
    ]
    await asyncio.sleep(0.1)
    assert (await front.client.post("/v1/customers/die", json={})).status_code == 502
    assert {answer.status_code for answer in await asyncio.gather(*others)} == {200}


async def test_calls_that_may_not_be_repeated_cost_no_budget(front: Front) -> None:
    statuses = [(await front.client.post("/v1/customers/gone", json={})).status_code for _ in range(40)]
    assert set(statuses) == {502}
    assert len(front.stub.asked) == 40
    assert front.gateway.upstreams["customer"].budget.saved == MOST


def test_the_budget_grows_by_success_only() -> None:
    budget = Budget()
    assert [budget.spend() for _ in range(31)] == [True] * 30 + [False]
    for _ in range(9):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    budget.earn()
    assert [budget.spend(), budget.spend()] == [True, False]


async def test_the_time_that_a_body_took_is_gone(front: Front) -> None:
    async def parts() -> object:
        yield b"x"
        await asyncio.sleep(0.3)
        yield b"y"

    answer = await front.client.post(
        "/v1/customers/echo",
        content=parts(),  # type: ignore[arg-type]  # as httpx takes it
        headers={"x-deadline-ms": "900"},
    )
    assert 300 < deadline(answer) <= 610


async def test_the_time_spent_in_the_queue_is_gone(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstreams, "QUEUE_S", 5.0)
    upstream = front.gateway.upstreams["customer"]
    upstream.limit = 1
    first = asyncio.create_task(front.client.get("/v1/customers/hang"))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(front.client.get("/v1/customers/echo", headers={"x-deadline-ms": "900"}))
    await asyncio.sleep(0.2)
    first.cancel()
    assert 300 < deadline(await second) <= 750


@pytest.mark.parametrize(("left", "seconds"), [("0", 0.1), ("200", 0.35)])
async def test_who_has_no_time_left_waits_no_longer(front: Front, left: str, seconds: float) -> None:
    front.gateway.upstreams["customer"].limit = 0
    began = time.monotonic()
    answer = await front.client.get("/v1/customers/echo", headers={"x-deadline-ms": left})
    assert answer.status_code in {503, 504}
    assert time.monotonic() - began < seconds
    assert not front.stub.asked


async def test_a_retry_has_only_what_is_left(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly_gone(*_: object) -> bool:
        await asyncio.sleep(0.2)
        return False

    monkeypatch.setattr(front.stub, "do_gone", slowly_gone)
    with pytest.raises(httpx.HTTPStatusError):
        (await front.client.get("/v1/customers/gone")).raise_for_status()
    first, second = (int(asked.header("x-deadline-ms") or 0) for asked in front.stub.asked)
    assert first - second >= 190
