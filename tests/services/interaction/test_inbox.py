"""The inbox: strangers wait until somebody says who they are; what several share is asked, never guessed."""

from typing import Any
from uuid import UUID

import httpx

from feed.consumer import Follower
from services.interaction.inbox.schemas import StrangerPage, StrangerRead
from shared.auth import Principal, Visibility
from shared.ids import uuid7
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.test_merges import timeline
from tests.services.interaction.working import Work
from tests.support.running import Running

INBOX = "/v1/inbox"


async def came(client: httpx.AsyncClient, number: str, **more: Any) -> str:
    """Record something from a stranger who is known by a number; return the stranger's id."""
    answer = await client.post("/v1/interactions", json=contact({"system": "phone", "id": number}, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["customer_id"])


async def shown(client: httpx.AsyncClient, id_: str) -> dict[str, Any]:
    answer = await client.get(f"{INBOX}/{id_}")
    assert answer.status_code == 200, answer.text
    StrangerRead.model_validate(answer.json())
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    return dict(answer.json())


async def listed(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get(INBOX, params={"limit": 1000, **params})
    StrangerPage.model_validate(answer.json())
    return [item["id"] for item in answer.json()["items"]]


async def decide(client: httpx.AsyncClient, id_: str, what: str, **body: Any) -> httpx.Response:
    version = (await shown(client, id_))["version"]
    return await client.post(f"{INBOX}/{id_}/{what}", json=body, headers={"if-match": f'"{version}"'})


async def test_who_wrote_last_is_first_and_is_shown_with_what_came(
    client: httpx.AsyncClient, work: Work
) -> None:
    one = await came(client, name("1"), subject="Hello?")
    other = await came(client, name("2"))
    await work()
    assert (await listed(client))[:2] == [other, one]
    for n in range(4):
        assert one == await came(client, (await shown(client, one))["names"][0]["id"], subject=f"Again {n}")
    await work()
    assert (await listed(client))[:2] == [one, other]
    stranger = await shown(client, one)
    assert [each["summary"] for each in stranger["contacts"]] == ["Again 3", "Again 2", "Again 1"]
    assert (stranger["state"], stranger["customer_id"], stranger["names"][0]["system"]) == (
        "open",
        None,
        "phone",
    )
    first = (await client.get(INBOX, params={"limit": 1})).json()
    second = (await client.get(INBOX, params={"limit": 1, "cursor": first["next"]})).json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [one, other]


async def test_proposals_say_why_and_how_surely(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, work: Work
) -> None:
    number, alone = name("1"), name("2")
    ids = [peer.put(name()) for _ in range(3)]
    peer.share(number, "phone", *ids[:2])
    peer.share(alone, "name", ids[2], form="pinyin", score=0.8)
    shared, named = await came(client, number), await came(client, alone)
    await work()
    proposals = (await shown(client, shared))["proposals"]
    assert {each["customer_id"] for each in proposals} == set(map(str, ids[:2]))
    reason = {"code": "number", "detail": "It is their phone.", "shared_by": 2}
    assert [(each["score"], each["reasons"]) for each in proposals] == [(0.5, [reason])] * 2
    assert [each["score"] for each in (await shown(client, named))["proposals"]] == [0.8]
    page = (await client.get(INBOX, params={"limit": 2, "include": "proposals"})).json()
    assert [len(item["proposals"]) for item in page["items"]] == [1, 2]
    masked = interaction.client(Principal("u-9", frozenset(("interactions:read",)), personal=False))
    blind = await shown(masked, shared)
    assert (blind["proposals"], blind["names"][0]["id"], blind["names"][0]["masked"]) == ([], None, ["id"])
    peer.down = True
    assert (await shown(client, shared))["proposals"] is None
    assert (await client.get(INBOX, params={"limit": 21, "include": "proposals"})).status_code == 422


async def test_attached_by_hand_and_taken_back(
    client: httpx.AsyncClient, peer: Peer, work: Work, follower: Follower
) -> None:
    number, erp = name("1"), name()
    stranger = await came(client, number)
    customer, other = peer.put(erp), peer.put(name())
    await catch_up(follower)
    await work()
    before = await timeline(client, stranger)
    answer = await decide(client, stranger, "attach", customer={"system": "erp", "id": erp})
    told = answer.json()
    assert (answer.status_code, told["state"], told["attached_by"]) == (200, "attached", "hand")
    assert told["customer_id"] == str(customer)
    again = await came(client, number)
    assert again == stranger
    assert len(await timeline(client, customer)) == 2  # type: ignore[arg-type]  # a set, as it is there
    assert stranger not in await listed(client)
    assert stranger in await listed(client, state="attached")
    same = await decide(client, stranger, "attach", customer=str(customer))
    assert (same.status_code, same.json()["version"]) == (200, told["version"])
    assert (await decide(client, stranger, "attach", customer=str(other))).status_code == 409
    assert (await decide(client, stranger, "dismiss", reason="no")).status_code == 409
    assert (await decide(client, stranger, "detach")).json()["state"] == "open"
    assert await timeline(client, customer) == set()
    assert before <= await timeline(client, stranger)  # type: ignore[operator]  # as above
    assert (await decide(client, stranger, "detach")).status_code == 409
    history = (await client.get(f"{INBOX}/{stranger}/history")).json()["items"]
    moves = [each["changes"]["current_id"] for each in history]
    assert [move["to"] for move in moves] == [stranger, str(customer)]
    assert {each["who"] for each in history} == {"u-test"}


async def test_dismissed_until_something_new_comes(client: httpx.AsyncClient, work: Work) -> None:
    number = name("1")
    stranger = await came(client, number)
    await work()
    told = (await decide(client, stranger, "dismiss", reason="advertising")).json()
    assert (told["state"], told["reason"]) == ("dismissed", "advertising")
    await work()
    assert stranger not in await listed(client)
    assert (await decide(client, stranger, "reopen")).json()["state"] == "open"
    await decide(client, stranger, "dismiss", reason="advertising")
    await came(client, number)
    await work()
    assert (await shown(client, stranger))["state"] == "open"
    assert stranger in await listed(client)
    history = (await client.get(f"{INBOX}/{stranger}/history")).json()["items"]
    states = [each["changes"]["state"]["to"] for each in history]
    assert states == ["open", "dismissed", "open", "dismissed"]


async def test_an_identity_that_appears_ends_the_wait(
    client: httpx.AsyncClient, peer: Peer, work: Work, follower: Follower
) -> None:
    number = name("1")
    stranger = await came(client, number)
    await work()
    customer = peer.put(number, system="phone")
    await catch_up(follower)
    told = await shown(client, stranger)
    assert (told["state"], told["attached_by"], told["customer_id"]) == (
        "attached",
        "identity",
        str(customer),
    )
    assert (await decide(client, stranger, "detach")).json()["code"] == "not_attached"


async def test_what_two_share_is_neithers_until_they_are_one(
    client: httpx.AsyncClient, peer: Peer, work: Work, follower: Follower
) -> None:
    number = name("1")
    one, other = peer.put(name()), peer.put(name())
    peer.share(number, "phone", one, other)
    await catch_up(follower)
    stranger = await came(client, number)
    await work()
    for customer in (one, other):
        assert await timeline(client, customer) == set()
    peer.merge(one, other)
    await catch_up(follower)
    told = await shown(client, stranger)
    assert (told["state"], told["attached_by"], told["customer_id"]) == ("attached", "merge", str(one))
    assert len(await timeline(client, one)) == 1  # type: ignore[arg-type]  # a set, as it is there
    peer.undo(one, other)
    await catch_up(follower)
    assert (await shown(client, stranger))["state"] == "open"
    for customer in (one, other):
        assert await timeline(client, customer) == set()


async def test_what_one_customer_had_already_is_that_ones_though_nobody_could_be_asked(
    client: httpx.AsyncClient, peer: Peer, work: Work, follower: Follower
) -> None:
    numbers = [name(str(each)) for each in range(2)]
    customers = [peer.put(name()) for _ in numbers]
    peer.share(numbers[0], "phone", customers[0], since=uuid7())
    strangers = [await came(client, number) for number in numbers]
    peer.share(numbers[1], "phone", customers[1], since=uuid7())  # who got the number later
    await work()
    assert [(await shown(client, each))["state"] for each in strangers] == ["open"] * 2  # not yet told of
    await catch_up(follower)
    await work()
    told = [await shown(client, each) for each in strangers]
    assert [(each["state"], each["attached_by"], each["customer_id"]) for each in told] == [
        ("attached", "number", str(customers[0])),
        ("open", None, None),
    ]
    assert len(await timeline(client, customers[0])) == 1  # type: ignore[arg-type]  # a set, as it is there
    assert await came(client, numbers[0]) == strangers[0]
    assert (await decide(client, strangers[0], "detach")).json()["state"] == "open"
    await work()
    assert (await shown(client, strangers[0]))["state"] == "open"


async def test_one_of_those_who_share_is_deleted_and_nobody_guesses(
    client: httpx.AsyncClient, peer: Peer, work: Work, follower: Follower
) -> None:
    number = name("1")
    ids = [peer.put(name()) for _ in range(3)]
    peer.share(number, "phone", *ids)
    await catch_up(follower)
    stranger = await came(client, number)
    await work()
    peer.remove(ids[2])
    peer.merge(ids[0], ids[1])
    await catch_up(follower)
    assert (await shown(client, stranger))["state"] == "open"
    assert await timeline(client, ids[0]) == set()
    assert (await decide(client, stranger, "attach", customer=str(ids[0]))).status_code == 200
    peer.undo(ids[0], ids[1])
    await catch_up(follower)
    assert (await shown(client, stranger))["customer_id"] == str(ids[0])  # somebody has said so


async def test_strangers_are_for_those_who_see_all(
    client: httpx.AsyncClient, interaction: Running, work: Work
) -> None:
    stranger = await came(client, name("1"))
    await work()
    everything = frozenset(("*",))
    for visibility in (Visibility.OWN, Visibility.DEPARTMENT):
        near = interaction.client(Principal("u-1", everything, visibility, department="east"))
        assert await listed(near) == []
        assert (await near.get(f"{INBOX}/{stranger}")).status_code == 404
        attach = await near.post(
            f"{INBOX}/{stranger}/dismiss", json={"reason": "mine"}, headers={"if-match": '"1"'}
        )
        assert attach.status_code == 404
    reader = interaction.client(Principal("u-1", frozenset(("interactions:read",))))
    refused = await reader.post(
        f"{INBOX}/{stranger}/dismiss", json={"reason": "no"}, headers={"if-match": '"1"'}
    )
    assert refused.status_code == 403


async def test_decisions_are_conditional_and_keyed(client: httpx.AsyncClient, work: Work) -> None:
    stranger = await came(client, name("1"))
    await work()
    path, body = f"{INBOX}/{stranger}/dismiss", {"reason": "advertising"}
    assert (await client.post(path, json=body)).status_code == 428
    headers = {"if-match": '"1"', "idempotency-key": name("k")}
    first = await client.post(path, json=body, headers=headers)
    replayed = await client.post(path, json=body, headers=headers)
    assert (first.status_code, replayed.json()) == (200, first.json())
    late = await client.post(path, json=body, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["changed"]) == (412, ["reason", "state"])
    assert (await client.get(f"{INBOX}/{UUID(int=5)}")).status_code == 404
