"""Callers: who shares a number with what is known of each, ranked; partial and quick when parts are away."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.callers.schemas import CallersRead
from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient
WHO, LAST, SCORES = "/v1/customers/callers", "/v1/contacts/last", "/v1/scores"
IDS = [f"0192f0c1-0000-7000-8000-00000000000{n}" for n in range(4)]
POINT = {"type": "phone", "value": "1", "normalized": "+861", "label": None, "preferred": False}


def match(number: int, how: str) -> dict[str, Any]:
    none = dict.fromkeys(("owner", "department", "region", "customer_class"))
    who = {"customer_id": IDS[number], "kind": "person", "name": "Li", "tags": []}
    return {**who, **none, "match": how, "contact_point": POINT}


def last(number: int, at: str) -> dict[str, Any]:
    return {"customer_id": IDS[number], "current_customer_id": IDS[number], "contacts": [{"occurred_at": at}]}


@pytest.fixture(scope="module")
async def whole(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture
def own(whole: Own) -> Own:
    """Give every test a healthy system: four people, three of them reached for sure."""
    for fake in whole.fakes.values():
        fake.faults.clear()
    people = [match(0, "exact"), match(1, "exact"), match(2, "exact"), match(3, "extension_dropped")]
    whole.fakes["customer"].records = {WHO: (200, {"items": people, "more": False})}
    contacts = [
        last(1, "2026-01-01T00:00:00Z"),
        last(2, "2026-02-01T00:00:00Z"),
        last(3, "2026-03-01T00:00:00Z"),
    ]
    whole.fakes["interaction"].records = {LAST: (200, {"items": contacts})}
    whole.fakes["scoring"].records = {SCORES: (200, {"items": [{"customer_id": IDS[1], "tier": "vip"}]})}
    return whole


@pytest.fixture(scope="module")
async def caller(whole: Own) -> Client:
    return await whole.client("customers:read")


async def ask(client: Client, **more: Any) -> dict[str, Any]:
    answer = await client.get("/v1/callers", params={"number": "138 0013 8000", **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    CallersRead.model_validate(found)
    return found


async def test_ranks_by_match_and_then_by_last_contact(own: Own, caller: Client) -> None:
    found = await ask(caller, country="CN")
    assert [each["customer_id"] for each in found["items"]] == [IDS[2], IDS[1], IDS[0], IDS[3]]
    assert [each["last_contact_at"] for each in found["items"]][1:3] == ["2026-01-01T00:00:00Z", None]
    assert [each["score"] for each in found["items"]] == [
        None,
        {"customer_id": IDS[1], "tier": "vip"},
        None,
        None,
    ]
    assert found["items"][0]["last_contacts"] == last(2, "2026-02-01T00:00:00Z")
    assert (found["more"], found["partial"], found["missing"]) == (False, False, [])
    assert own.fakes["customer"].asked[-1] == f"{WHO}?number=138+0013+8000&country=CN&limit=50"
    assert own.fakes["interaction"].asked[-1].count("customers=") == 4


async def test_nobody_is_asked_about_nobody(own: Own, caller: Client) -> None:
    own.fakes["customer"].records[WHO] = (200, {"items": [], "more": False})
    own.fakes["scoring"].faults[SCORES] = 500
    assert await ask(caller) == {"items": [], "more": False, "partial": False, "missing": []}


@pytest.mark.parametrize("status", [403, 422])
async def test_the_customer_services_refusal_is_the_answer(own: Own, caller: Client, status: int) -> None:
    own.fakes["customer"].records[WHO] = (status, {"code": "no"})
    answer = await caller.get("/v1/callers", params={"number": "1"})
    assert (answer.status_code, answer.json()) == (status, {"code": "no"})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("status", [403, 500, 503])
@pytest.mark.parametrize(
    ("away", "path", "part"), [("interaction", LAST, "last_contacts"), ("scoring", SCORES, "score")]
)
async def test_a_part_that_is_refused_or_broken_is_named(
    own: Own, caller: Client, away: str, path: str, part: str, status: int
) -> None:
    own.fakes[away].faults[path] = status
    found = await ask(caller)
    assert (found["partial"], found["missing"]) == (True, [part])
    assert {each[part] for each in found["items"]} == {None}
    assert len(found["items"]) == 4


async def test_a_stopped_service_costs_less_than_a_second(own: Own, caller: Client) -> None:
    own.fakes["interaction"].faults |= {LAST: 0}
    begun = time.monotonic()
    assert (await ask(caller))["missing"] == ["last_contacts"]
    assert time.monotonic() - begun < 1.0


@pytest.mark.parametrize("fault", [0, 500])
async def test_without_customers_it_is_unavailable(own: Own, caller: Client, fault: int) -> None:
    own.fakes["customer"].faults[WHO] = fault
    assert (await caller.get("/v1/callers", params={"number": "1"})).status_code == 503


async def test_needs_its_scope_and_a_number(own: Own, caller: Client) -> None:
    refused = await (await own.client("scores:read")).get("/v1/callers", params={"number": "1"})
    assert refused.status_code == 403
    wrong = await caller.get("/v1/callers")
    assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (422, "number")
