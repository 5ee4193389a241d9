"""Rings at the gateway: each with everybody who shares its number, as the listener may see them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from gateway.calls.schemas import MissedPage
from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient
RINGING, MISSED, WHO = "/v1/calls/ringing", "/v1/calls/missed", "/v1/customers/callers"
CALL = {"id": "0192f0c1-0000-7000-8000-000000000001", "number": "+8613800138000"}
MATCH = {"customer_id": "0192f0c1-0000-7000-8000-000000000002", "match": "exact"}


def ring(**call: Any) -> bytes:
    return b"id: %b\nevent: ring\ndata: %b\n\n" % (
        uuid4().hex.encode(),
        orjson.dumps({"call": {**CALL, **call}}),
    )


@pytest.fixture(scope="module")
async def whole(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture
def own(whole: Own) -> Own:
    """Give every test one ring of somebody who is known."""
    for fake in whole.fakes.values():
        fake.faults.clear()
    whole.fakes["customer"].records = {WHO: (200, {"items": [MATCH], "more": False})}
    whole.fakes["interaction"].records = {"/v1/contacts/last": (200, {"items": []})}
    whole.fakes["scoring"].records = {"/v1/scores": (200, {"items": [{**MATCH, "tier": "vip"}]})}
    whole.fakes["interaction"].streams = {
        RINGING: [b"retry: 100\n\n", (whole_ring := ring())[:30], whole_ring[30:]]
    }
    return whole


@pytest.fixture(scope="module")
async def agent(whole: Own) -> Client:
    return await whole.client("customers:read", "interactions:read", "scores:read")


async def heard(client: Client, **headers: str) -> list[dict[str, Any]]:
    answer = await client.get(RINGING, headers=headers, params={"queue": "sales"})
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("retry: 100\n\n")
    events = [event for event in answer.text.split("\n\n") if "\nevent: ring\n" in event]
    return [orjson.loads(event.partition("\ndata: ")[2]) for event in events]


async def test_a_ring_comes_with_who_shares_its_number(own: Own, agent: Client) -> None:
    (told,) = await heard(agent, **{"last-event-id": "7"})
    assert told["call"] == CALL
    assert [each["score"]["tier"] for each in told["callers"]["items"]] == ["vip"]
    assert f"{RINGING}?queue=sales" in own.fakes["interaction"].asked
    assert own.fakes["interaction"].headers[b"last-event-id"] == b"7"
    assert "number=%2B8613800138000" in own.fakes["customer"].asked[-1]


async def test_a_ring_is_told_also_where_nobody_knows_who_it_is(own: Own, agent: Client) -> None:
    for fault in (403, 500):
        own.fakes["interaction"].streams[RINGING][1:] = [ring(number=None) + ring()]
        own.fakes["customer"].faults[WHO] = fault
        assert [each["callers"] for each in await heard(agent)] == [None, None]


async def test_listeners_of_the_same_rights_share_a_question(own: Own, agent: Client) -> None:
    own.fakes["interaction"].streams[RINGING] = [b"retry: 100\n\n", ring()]
    another = await own.client("customers:read", "interactions:read", "scores:read")
    others = await own.client("customers:read", "interactions:read")
    before = len(own.fakes["customer"].asked)
    told = [await heard(each) for each in (agent, another, others)]
    assert [len(each) for each in told] == [1, 1, 1]
    assert len(own.fakes["customer"].asked) - before == 2, "who may not read scores asks for itself"


async def test_rings_overtake_one_whose_callers_are_slow(own: Own, agent: Client) -> None:
    own.fakes["interaction"].streams[RINGING] = [b"retry: 100\n\n", ring() + ring(number=None)]
    own.fakes["customer"].faults[WHO] = 0
    assert [each["call"]["number"] for each in await heard(agent)] == [None, CALL["number"]]


async def test_without_the_interaction_service_it_is_unavailable(own: Own, agent: Client) -> None:
    own.fakes["interaction"].faults[RINGING] = 500
    assert (await agent.get(RINGING)).status_code == 503


async def test_missed_calls_come_with_who_shares_their_number(own: Own, agent: Client) -> None:
    items = [{"call": CALL, "attempts": 2}, {"call": {**CALL, "number": None}, "attempts": 1}]
    own.fakes["interaction"].records[MISSED] = (200, {"items": items, "next": "further"})
    answer = await agent.get(MISSED, params={"queue": "sales", "since": "2026-03-01T09:30:00Z"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    MissedPage.model_validate(told)
    assert [each["callers"] for each in told["items"]] == [{"items": [MATCH], "more": False}, None]
    assert (told["next"], told["items"][0]["attempts"]) == ("further", 2)
    wanted = f"{MISSED}?queue=sales&since=2026-03-01T09%3A30%3A00%2B00%3A00&limit=20"
    assert wanted in own.fakes["interaction"].asked
    own.fakes["interaction"].records[MISSED] = (422, {"code": "no"})
    refused = await agent.get(MISSED, params={"cursor": "x"})
    assert (refused.status_code, refused.json()) == (422, {"code": "no"})
    own.fakes["interaction"].faults[MISSED] = 0
    assert (await agent.get("/v1/calls/figures")).status_code == 404, "the interaction service's own"


async def test_listening_takes_both_scopes(own: Own) -> None:
    for scope in ("customers:read", "interactions:read"):
        assert (await (await own.client(scope)).get(RINGING)).status_code == 403
