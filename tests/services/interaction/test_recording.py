"""Recording one interaction: who it is about, its source key, and what is told of it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.interaction.identities import asking
from services.interaction.interactions.schemas import InteractionRead
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

PATH = "/v1/interactions"


def erp(customer: str) -> dict[str, str]:
    return {"system": "erp", "id": customer}


async def told(interaction: Running, subject: str) -> list[Any]:
    """The feed headers that name a record, and its history."""
    pool = interaction.database.pool
    headers = await pool.fetch(
        "select type, n from interaction.feed where $1 = any(subjects) order by seq", UUID(subject)
    )
    history = await pool.fetch(
        "select version, diff from interaction.history where subject = $1 order by version", UUID(subject)
    )
    return [[tuple(row) for row in headers], [tuple(row) for row in history]]


async def test_a_contact_is_recorded_and_shown(client: httpx.AsyncClient, peer: Peer) -> None:
    customer = name()
    key = peer.put(customer)
    sent = contact(erp(customer), direction="inbound", purpose="service", subject="Hello")
    made = await client.post(PATH, json=sent)
    assert made.status_code == 201, made.text
    body = made.json()
    assert InteractionRead.model_validate(body).model_dump().keys() == body.keys()
    assert (body["customer_id"], body["current_customer_id"], body["matched"]) == (str(key), str(key), True)
    assert body["recorded_by"] == "u-test"
    assert made.headers["location"] == f"{PATH}/{body['id']}"
    shown = await client.get(made.headers["location"])
    assert shown.json() == body
    assert shown.headers["etag"] == made.headers["etag"] == '"1"'
    unchanged = await client.get(made.headers["location"], headers={"if-none-match": '"1"'})
    assert unchanged.status_code == 304


async def test_the_feed_and_the_history_are_told_once(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    made = (await client.post(PATH, json=contact(erp(name())))).json()
    assert await told(interaction, made["id"]) == [[("interaction.recorded", 1)], [(1, {})]]


async def test_a_stranger_gets_one_id_for_each_name(client: httpx.AsyncClient) -> None:
    customer = erp(name())
    first = (await client.post(PATH, json=contact(customer))).json()
    second = (await client.post(PATH, json=contact(customer))).json()
    assert first["matched"] is second["matched"] is False
    assert first["customer_id"] == second["customer_id"]
    assert first["id"] != second["id"]
    by_id = (await client.post(PATH, json=contact(first["customer_id"]))).json()
    assert by_id["customer_id"] == first["customer_id"]


async def test_writers_at_once_give_a_stranger_one_id(client: httpx.AsyncClient) -> None:
    customer = erp(name())
    answers = await asyncio.gather(*(client.post(PATH, json=contact(customer)) for _ in range(20)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["customer_id"] for each in answers}) == 1
    assert len({each.json()["id"] for each in answers}) == 20


async def test_an_unknown_id_is_refused_by_name(client: httpx.AsyncClient) -> None:
    refused = await client.post(PATH, json=contact(str(uuid4())))
    assert refused.status_code == 422
    assert refused.json()["code"] == "unknown_customer"
    assert refused.json()["errors"][0]["pointer"] == "/customer"


async def test_an_id_that_the_projection_lacks_is_asked_for(client: httpx.AsyncClient, peer: Peer) -> None:
    key = peer.put(name(), owner="u-9")
    made = (await client.post(PATH, json=contact(str(key)))).json()
    assert (made["customer_id"], made["matched"]) == (str(key), True)


async def test_a_dead_customer_service_costs_one_question(
    client: httpx.AsyncClient, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "QUIET_S", 60.0)  # five requests may take more than two seconds
    peer.down, before = True, peer.asked
    answers = [await client.post(PATH, json=contact(erp(name()))) for _ in range(5)]
    assert [each.status_code for each in answers] == [201] * 5
    assert {each.json()["matched"] for each in answers} == {False}
    assert peer.asked == before + 1
    unsure = await client.post(PATH, json=contact(str(uuid4())))
    assert (unsure.status_code, unsure.json()["matched"]) == (201, False)


@pytest.mark.parametrize("key", [None, "k-1"])
async def test_the_same_source_key_and_content_writes_nothing(
    client: httpx.AsyncClient, interaction: Running, key: str | None
) -> None:
    sent = contact(erp(name()), source={"system": "pbx", "id": name()}, subject="Call", attributes={"n": 1})
    first = await client.post(PATH, json=sent)
    again = await client.post(PATH, json=sent, headers={"idempotency-key": name()} if key else {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await told(interaction, first.json()["id"]) == [[("interaction.recorded", 1)], [(1, {})]]


async def test_the_same_source_key_with_other_content_is_a_conflict(client: httpx.AsyncClient) -> None:
    sent = contact(erp(name()), source={"system": "pbx", "id": name()}, subject="Call")
    first = await client.post(PATH, json=sent)
    for other in ({"subject": "Another"}, {"subject": None}, {"channel": "email"}, {"customer": erp(name())}):
        refused = await client.post(PATH, json=sent | other)
        assert refused.status_code == 409, other
    assert (await client.get(f"{PATH}/{first.json()['id']}")).json() == first.json()


async def test_a_key_and_a_source_key_together_write_one_row(client: httpx.AsyncClient) -> None:
    sent = contact(erp(name()), source={"system": "pbx", "id": name()})
    headers = {"idempotency-key": name()}
    answers = await asyncio.gather(*(client.post(PATH, json=sent, headers=headers) for _ in range(20)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    replayed = [each for each in answers if each.headers.get("idempotency-replayed")]
    assert len(replayed) == 19
    reused = await client.post(PATH, json=sent | {"subject": "Other"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


async def test_one_source_key_from_many_writers_makes_one_record(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    sent = contact(erp(name()), source={"system": "pbx", "id": name()})
    answers = await asyncio.gather(*(client.post(PATH, json=sent) for _ in range(30)))
    assert sorted(each.status_code for each in answers) == [200] * 29 + [201]
    (record,) = {each.json()["id"] for each in answers}
    assert await told(interaction, record) == [[("interaction.recorded", 1)], [(1, {})]]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"channel": "smoke_signal"}, "/channel"),
        ({"direction": None}, "/direction"),
        ({"occurred_at": "yesterday"}, "/occurred_at"),
        ({"customer": 7}, "/customer"),
        ({"customer": {"system": "erp"}}, "/customer/id"),
        ({"chanel": "phone"}, "/chanel"),
        ({"matched": True}, "/matched"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, wrong: Any, pointer: str) -> None:
    refused = await client.post(PATH, json=contact(erp(name())) | wrong)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]


async def test_only_those_see_a_contact_who_see_its_customer(
    client: httpx.AsyncClient, interaction: Running, peer: Peer
) -> None:
    customer = name()
    peer.put(customer, owner="u-1", department="east")
    scopes = frozenset(("interactions:read", "interactions:write"))
    owner = interaction.client(Principal("u-1", scopes, Visibility.OWN))
    colleague = interaction.client(Principal("u-2", scopes, Visibility.DEPARTMENT, "east"))
    stranger = interaction.client(Principal("u-3", scopes, Visibility.OWN))
    elsewhere = interaction.client(Principal("u-4", scopes, Visibility.DEPARTMENT, "west"))
    source = {"system": "pbx", "id": name()}
    made = await owner.post(PATH, json=contact(erp(customer), source=source))
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    assert [(await who.get(path)).status_code for who in (owner, colleague, client)] == [200] * 3
    absent = await stranger.get(f"{PATH}/{uuid4()}")
    for who in (stranger, elsewhere):
        hidden = await who.get(path)
        assert hidden.status_code == 404
        assert {**hidden.json(), "instance": "", "trace_id": ""} == {
            **absent.json(),
            "instance": "",
            "trace_id": "",
        }
        assert (await who.get(PATH, params={"customer": f"erp:{customer}"})).json()["items"] == []
        refused = await who.post(PATH, json=contact(erp(customer)))
        nobody = await who.post(PATH, json=contact(str(uuid4())))
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_customer")
        assert refused.json()["errors"] == nobody.json()["errors"]


async def test_who_sees_little_is_not_refused_for_good_while_nobody_can_be_asked(
    interaction: Running, client: httpx.AsyncClient, peer: Peer
) -> None:
    customer = name()
    key = peer.put(customer, owner="u-1")
    owner = interaction.client(Principal("u-1", frozenset(("*",)), Visibility.OWN))
    peer.down = True
    for reference in (erp(customer), str(key)):
        refused = await owner.post(PATH, json=contact(reference))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    peer.down = False
    interaction.app.state.customers._quiet_until = 0.0
    assert (await owner.post(PATH, json=contact(erp(customer)))).status_code == 201


async def test_what_is_unmatched_is_seen_by_those_who_see_all(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    made = await client.post(PATH, json=contact(erp(name())))
    narrow = Principal("u-1", frozenset(("*",)), Visibility.OWN)
    assert (await interaction.client(narrow).get(made.headers["location"])).status_code == 404


async def test_scopes_are_demanded(interaction: Running) -> None:
    reader = interaction.client(Principal("u-1", frozenset(("interactions:read",))))
    assert (await reader.post(PATH, json=contact(erp(name())))).status_code == 403
    assert (await reader.get("/v1/orders")).status_code == 403
    assert (await interaction.client(None).get(PATH)).status_code == 401
