"""The overview: whole when all is well, partial and quick when it is not."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.conftest import Service
from tests.gateway.conftest import until
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient

PATH = "/v1/customers/erp:A%2F1/overview"
CUSTOMER, TIMELINE, SCORE = (
    "/v1/customers/erp%3AA%2F1",
    "/v1/customers/erp%3AA%2F1/timeline",
    "/v1/scores/erp%3AA%2F1",
)


@pytest.fixture(scope="module")
async def whole(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture
def own(whole: Own) -> Own:
    """Give every test a healthy system."""
    for fake in whole.fakes.values():
        fake.faults.clear()
    whole.fakes["customer"].records = {CUSTOMER: (200, {"id": "1", "big": 1e300})}
    whole.fakes["interaction"].records = {TIMELINE: (200, {"items": [{"id": "t"}], "next": None})}
    whole.fakes["scoring"].records = {SCORE: (200, {"tier": "vip"})}
    return whole


@pytest.fixture(scope="module")
async def reader(whole: Own) -> Client:
    return await whole.client("customers:read")


async def test_puts_the_parts_together(own: Own, reader: Client) -> None:
    answer = await reader.get(PATH)
    assert answer.json() == {
        "customer": {"id": "1", "big": 1e300},
        "timeline": {"items": [{"id": "t"}], "next": None},
        "score": {"tier": "vip"},
        "partial": False,
        "missing": [],
    }
    assert own.fakes["interaction"].asked[-1] == f"{TIMELINE}?limit=20"


async def test_a_customer_without_events_or_score_lacks_nothing(own: Own, reader: Client) -> None:
    own.fakes["interaction"].records.clear()
    own.fakes["scoring"].records.clear()
    found = (await reader.get(PATH)).json()
    assert (found["timeline"], found["score"]) == ({"items": [], "next": None}, None)
    assert (found["partial"], found["missing"]) == (False, [])


@pytest.mark.parametrize("status", [403, 404])
async def test_the_customers_own_refusal_is_the_answer(own: Own, reader: Client, status: int) -> None:
    own.fakes["customer"].records[CUSTOMER] = (status, {"code": "no"})
    own.fakes["scoring"].faults[SCORE] = 0
    begun = time.monotonic()
    answer = await reader.get(PATH)
    assert (answer.status_code, answer.json()) == (status, {"code": "no"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert time.monotonic() - begun < 0.5


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_part_that_is_refused_or_broken_is_named(own: Own, reader: Client, status: int) -> None:
    own.fakes["scoring"].faults[SCORE] = status
    found = (await reader.get(PATH)).json()
    assert (found["score"], found["partial"], found["missing"]) == (None, True, ["score"])
    assert found["customer"]["id"] == "1"


async def test_a_stopped_service_costs_less_than_a_second_and_then_nothing(own: Own, reader: Client) -> None:
    own.fakes["scoring"].faults |= {SCORE: 0, "/livez": 0}
    breaker = own.running.app.state.services.main["scoring"].breaker
    begun = time.monotonic()
    answer = await reader.get(PATH)
    assert (answer.status_code, answer.json()["missing"]) == (200, ["score"])
    assert time.monotonic() - begun < 1.0
    await until(lambda: breaker.open)
    begun = time.monotonic()
    assert (await reader.get(PATH)).json()["missing"] == ["score"]
    assert time.monotonic() - begun < 0.2
    own.fakes["scoring"].faults.clear()
    await until(lambda: not breaker.open)
    assert (await reader.get(PATH)).json()["partial"] is False


async def test_without_any_part_it_is_unavailable(own: Own, reader: Client) -> None:
    for name, path in (("customer", CUSTOMER), ("interaction", TIMELINE), ("scoring", SCORE)):
        own.fakes[name].faults[path] = 500
    assert (await reader.get(PATH)).status_code == 503


async def test_needs_its_scope(own: Own) -> None:
    assert (await (await own.client("scores:read")).get(PATH)).status_code == 403
