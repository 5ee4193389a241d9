"""Calls over HTTP: events in any order and number, whose a call is, what agents say, who sees what."""

import asyncio
import random
from typing import Any

import httpx

from services.interaction.calls.schemas import CallRead
from services.interaction.contacts.schemas import LastContactsList
from shared.auth import Principal, Visibility
from tests.services.interaction.calls.talking import event, miss, new, number, send, shown, talk
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

Client = httpx.AsyncClient
VARYING = ("id", "version", "source", "customer_id", "current_customer_id", "created_at", "updated_at")


def content(call: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in call.items() if key not in VARYING}


async def test_an_event_makes_a_call_that_its_names_find(client: Client) -> None:
    call, ring = new(), number()
    first = event(call, "ringing", from_=ring, to="95555", queue="sales", attributes={"ivr": "2"})
    made = await client.post("/v1/calls/events", json=first)
    assert made.status_code == 201, made.text
    told = made.json()
    CallRead.model_validate(told)
    assert (told["state"], told["from"], told["number"], told["queue"]) == ("ringing", ring, ring, "sales")
    assert (told["source"], told["matched"], told["matched_by"]) == (
        {"system": "pbx", "id": call},
        False,
        None,
    )
    assert told["attributes"] == {"ivr": "2"}
    by_id = await client.get(f"/v1/calls/{told['id']}")
    assert (by_id.json(), by_id.headers["etag"]) == (await shown(client, call), '"1"')
    assert made.headers["location"] == f"/v1/calls/{told['id']}"
    again = await client.post("/v1/calls/events", json=first)
    assert (again.status_code, again.json()) == (200, told)
    other = await client.post("/v1/calls/events", json={**first, "to": "95556"})
    assert (other.status_code, other.json()["code"]) == (409, "event_key_taken")


async def test_any_order_any_number_of_writers_and_repeats_make_the_same_call(client: Client) -> None:
    from_ = number()
    usual = new()
    await send(client, talk(usual, from_))
    wanted = content(await shown(client, usual))
    assert (wanted["state"], wanted["waited_seconds"], wanted["talked_seconds"]) == ("ended", 5, 60)
    for seed in range(4):
        call = new()
        events = talk(call, from_) * 2
        random.Random(seed).shuffle(events)  # noqa: S311 - no secret
        answers = await asyncio.gather(*(client.post("/v1/calls/events", json=each) for each in events))
        assert sorted(each.status_code for each in answers) == [200] * 4 + [201] * 4
        assert content(await shown(client, call)) == wanted
    call = new()
    told = await send(client, list(reversed(talk(call, from_))) + talk(call, from_))
    assert told["counts"] == {"created": 4, "updated": 0, "unchanged": 4, "rejected": 0}
    assert {each["version"] for each in told["results"]} == {1}
    assert content(await shown(client, call)) == wanted


async def test_a_bad_event_is_refused_alone_and_a_dry_run_writes_nothing(client: Client) -> None:
    call = new()
    told = await send(client, [event(call, "exploded"), event(call, "ringing"), {"type": "ended"}])
    assert [each["outcome"] for each in told["results"]] == ["rejected", "created", "rejected"]
    assert told["results"][0]["problem"]["errors"][0]["pointer"] == "/type"
    dry = {"items": talk(new(), number()), "dry_run": True}
    answer = await client.post("/v1/calls/events/batch", json=dry)
    assert answer.json()["counts"]["created"] == 4
    assert (await client.get(f"/v1/calls/pbx:{dry['items'][0]['call']['id']}")).status_code == 404


async def test_a_number_that_one_customer_has_tells_whose_the_call_is(client: Client, peer: Peer) -> None:
    mine, shared = number(), number()
    customer = peer.put(name(), phones=[mine, shared])
    peer.put(name(), phones=[shared])
    known, ambiguous, out = new(), new(), new()
    await send(
        client, [event(known, "ringing", from_=f"tel:{mine}"), event(ambiguous, "ringing", from_=shared)]
    )
    await send(client, [event(out, "ringing", direction="outbound", from_="95555", to=mine)])
    for call in (known, out):
        told = await shown(client, call)
        assert (told["customer_id"], told["matched"], told["matched_by"]) == (str(customer), True, "number")
    stranger = await shown(client, ambiguous)
    assert (stranger["matched"], stranger["matched_by"]) == (False, None)
    await send(client, [event(again := new(), "ringing", from_=shared)])
    assert (await shown(client, again))["customer_id"] == stranger["customer_id"], "one stranger per number"
    listed = (await client.get("/v1/calls", params={"customer": str(customer)})).json()["items"]
    assert {each["source"]["id"] for each in listed} == {known, out}
    assert len((await client.get("/v1/calls", params={"number": shared})).json()["items"]) == 2


async def test_a_later_event_finds_the_customer_that_was_not_to_be_found(
    client: Client, interaction: Running, peer: Peer
) -> None:
    mine, call = number(), new()
    customer = peer.put(name(), phones=[mine])
    peer.down = True
    await send(client, [event(call, "ringing", from_=mine)])
    before = await shown(client, call)
    assert before["matched"] is False
    peer.down = False
    interaction.app.state.customers._quiet_until = 0.0
    await send(client, [event(call, "answered", 3, agent="u-1")])
    after = await shown(client, call)
    assert (after["current_customer_id"], after["matched_by"]) == (str(customer), "number")
    asked = peer.asked
    await send(client, [event(call, "ended", 9)])
    assert peer.asked == asked, "whoever is known is not asked for again"


async def test_an_event_may_name_its_customer(client: Client, peer: Peer) -> None:
    who, call, mine = name(), new(), number()
    customer = peer.put(who)
    other = peer.put(name(), phones=[mine])
    await send(client, [event(call, "ringing", from_=mine)])
    assert (await shown(client, call))["customer_id"] == str(other)
    await send(client, [event(call, "answered", 2, customer={"system": "erp", "id": who})])
    told = await shown(client, call)
    assert (told["customer_id"], told["matched_by"]) == (str(customer), "event")
    unknown = await client.post("/v1/calls/events", json=event(new(), "ringing", customer=name_of_nobody()))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/customer")


async def test_what_an_agent_says_stays_said(client: Client, peer: Peer) -> None:
    call, mine = new(), number()
    right = peer.put(name(), owner="u-1")
    wrong = peer.put(name(), phones=[mine])
    await send(client, talk(call, mine))
    path = f"/v1/calls/pbx:{call}"
    assert (await client.patch(path, json={"disposition": "sold"})).status_code == 428
    patch = {"disposition": "sold", "customer": str(right)}
    answer = await client.patch(path, json=patch, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["disposition"], told["customer_id"], told["matched_by"]) == ("sold", str(right), "agent")
    stale = await client.patch(path, json={"disposition": "else"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    same = await client.patch(path, json={"disposition": "sold"}, headers={"If-Match": '"2"'})
    assert (same.status_code, same.headers["etag"]) == (200, '"2"')
    await send(client, [event(call, "noted", 90, disposition="wrapped", recording="rec/7")])
    told = await shown(client, call)
    assert (told["disposition"], told["recording"], told["customer_id"]) == ("sold", "rec/7", str(right))
    unknown = await client.patch(path, json={"customer": name_of_nobody()}, headers={"If-Match": '"3"'})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_customer")
    away = await client.patch(path, json={"customer": None}, headers={"If-Match": '"3"'})
    assert (away.json()["matched"], away.json()["matched_by"]) == (False, "agent")
    past = (await client.get(f"{path}/history")).json()["items"]
    assert past[-2]["changes"]["customer_id"] == {"from": str(wrong), "to": str(right)}
    events = (await client.get(f"{path}/events")).json()["items"]
    assert [each["type"] for each in events] == ["ringing", "queued", "answered", "ended", "noted", "noted"]
    assert [each["by_hand"] for each in events].count(True) == 1


def name_of_nobody() -> str:
    return "0192f0c1-0000-7000-8000-000000000404"


async def test_foreign_calls_are_absent_and_unmatched_ones_are_their_agents(
    client: Client, interaction: Running, peer: Peer
) -> None:
    mine, theirs, strange = new(), new(), new()
    own, foreign = number(), number()
    peer.put(name(), phones=[own], owner="agent-7")
    peer.put(name(), phones=[foreign], owner="agent-8")
    for call, from_ in ((mine, own), (theirs, foreign), (strange, number())):
        await send(client, [event(call, "ringing", from_=from_, agent="agent-7")])
    agent = Principal("agent-7", frozenset(("*",)), Visibility.OWN)
    eyes = interaction.client(agent)
    seen = {each["source"]["id"] for each in (await eyes.get("/v1/calls")).json()["items"]}
    assert seen == {mine, strange}
    assert (await eyes.get(f"/v1/calls/pbx:{theirs}")).status_code == 404
    refused = [
        await eyes.post("/v1/calls/events", json=event(call, "ended", 9, **said))
        for call, said in ((theirs, {}), (new(), {"from_": foreign}), (new(), {"from_": number()}))
    ]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(422, "unknown_customer")}
    assert (await eyes.post("/v1/calls/events", json=event(mine, "ended", 9))).status_code == 201
    assert (await shown(client, theirs))["state"] == "ringing"


async def test_numbers_and_recordings_are_masked(client: Client, interaction: Running) -> None:
    call, from_ = new(), number()
    await send(client, [*talk(call, from_), event(call, "noted", 80, recording="rec/1")])
    masked = interaction.client(Principal("u-2", frozenset(("*",)), personal=False))
    for path in ("", "/events", "/history"):
        answer = await masked.get(f"/v1/calls/pbx:{call}{path}")
        assert answer.status_code == 200
        assert from_ not in answer.text, path
        assert "rec/1" not in answer.text, path
    told = await shown(masked, call)
    assert set(told["masked"]) == {"from", "to", "number", "recording", "attributes"}
    assert (await masked.get("/v1/calls", params={"number": from_})).status_code == 403
    refused = await masked.post("/v1/calls/events", json=event(call, "noted", from_="1"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/from")


async def test_lists_filter_and_the_feed_tells(client: Client) -> None:
    call, queue = new(), name("q")
    await send(client, miss(call, number(), queue=queue))
    await send(client, talk(new(), number(), queue=queue))
    for params, count in (({"outcome": "abandoned"}, 1), ({"agent": "u-1"}, 1), ({"state": "ended"}, 2)):
        found = await client.get("/v1/calls", params={"queue": queue, **params})
        assert len(found.json()["items"]) == count, params
    told = await client.get(
        "/v1/changes/snapshot", params={"kind": "call", "ids": found.json()["items"][0]["id"]}
    )
    assert told.json()["items"][0]["data"] == found.json()["items"][0]


async def test_a_finished_call_is_on_its_customers_timeline_once(client: Client, peer: Peer) -> None:
    mine = number()
    customer, going, over = peer.put(name(), phones=[mine]), new(), new()
    await send(client, [event(going, "ringing", from_=mine), *talk(over, mine), *talk(over, mine)])
    await send(client, [event(over, "noted", 70, disposition="solved")])
    path = f"/v1/customers/{customer}/timeline"
    items = (await client.get(path)).json()["items"]
    assert [(each["kind"], each["data"]["source"]["id"]) for each in items] == [("call", over)]
    told = items[0]
    assert (told["channel"], told["direction"]) == ("phone", "inbound")
    assert told["summary"] == "answered, 60 s, solved"
    assert told["data"] == await shown(client, over)
    for params in ({"kinds": "call"}, {"channel": "phone"}, {"direction": "inbound"}):
        assert len((await client.get(path, params=params)).json()["items"]) == 1, params
    assert (await client.get(path, params={"kinds": "interaction"})).json()["items"] == []
    last = (await client.get("/v1/contacts/last", params={"customers": str(customer), "each": 3})).json()
    LastContactsList.model_validate(last)
    (contact,) = last["items"][0]["contacts"]
    assert (contact["id"], contact["channel"], contact["subject"]) == (told["id"], "phone", "solved")
