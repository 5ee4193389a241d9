"""Identities: strangers find their customer, and what customer's feed tells is projected."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from services.interaction.identities import actions
from services.interaction.records import actions as records
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

PATH = "/v1/interactions"
MINE = Principal("u-1", frozenset(("interactions:read", "orders:read")), Visibility.OWN)


async def catch_up(follower: Follower) -> None:
    """Take the snapshot if it is still to be taken, then the tail."""
    for _ in range(2):
        assert await follower.step()


async def test_a_strangers_history_finds_its_customer(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    customer = name()
    early = (await client.post(PATH, json=contact({"system": "erp", "id": customer}))).json()
    assert early["matched"] is False
    key = peer.put(customer, owner="u-1", department="east")
    await catch_up(follower)
    late = (await client.post(PATH, json=contact({"system": "erp", "id": customer}))).json()
    assert late["customer_id"] == str(key)
    attached = (await client.get(f"{PATH}/{early['id']}")).json()
    assert attached["customer_id"] == early["customer_id"]
    assert (attached["current_customer_id"], attached["matched"]) == (str(key), True)
    for reference in (key, early["customer_id"], f"erp:{customer}"):
        page = (await interaction.client(MINE).get(f"/v1/customers/{reference}/timeline")).json()
        assert {item["id"] for item in page["items"]} == {early["id"], late["id"]}
    same = await client.post(PATH, json=contact(early["customer_id"]))
    assert same.json()["current_customer_id"] == str(key)


async def test_a_stranger_may_find_its_customer_while_its_record_is_written_again(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, source = name(), {"source": {"system": "erp", "id": name("S")}}
    early = {**contact({"system": "erp", "id": customer}), **source}
    made = (await client.post(PATH, json=early)).json()
    key = peer.put(customer)

    async def recognise(*given: Any, **more: Any) -> Any:
        found = await actions.recognise(*given, **more)
        await catch_up(follower)
        return found

    monkeypatch.setattr(records, "recognise", recognise)
    again = await client.post(f"{PATH}/batch", json={"items": [{**early, "subject": "anew"}]})
    (result,) = again.json()["results"]
    assert (result["outcome"], result["problem"]) == ("updated", None)
    shown = (await client.get(f"{PATH}/{made['id']}")).json()
    assert (shown["subject"], shown["current_customer_id"]) == ("anew", str(key))


async def test_a_mapping_is_announced(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    customer = name()
    stranger = (await client.post(PATH, json=contact({"system": "erp", "id": customer}))).json()[
        "customer_id"
    ]
    key = peer.put(customer)
    await catch_up(follower)
    told = await interaction.database.pool.fetch(
        "select type, versions from interaction.feed where $1 = any(subjects)", UUID(stranger)
    )
    assert [tuple(row) for row in told] == [("identity.updated", [2])]
    snapshot = await client.get("/v1/changes/snapshot", params={"kind": "identity", "ids": stranger})
    (state,) = snapshot.json()["items"]
    assert state["data"] == {"original_id": stranger, "customer_id": str(key), "current_id": str(key)}


async def test_a_page_that_comes_twice_changes_nothing(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    customer = name()
    await client.post(PATH, json=contact({"system": "erp", "id": customer}))
    peer.put(customer, owner="u-1")
    await catch_up(follower)
    pool = interaction.database.pool
    everything = "select * from interaction.identities order by original_id"
    before = await pool.fetch(everything), await pool.fetchval("select count(*) from interaction.feed")
    await pool.execute("update interaction.feed_cursors set cursor = '0'")
    await catch_up(follower)
    assert (
        await pool.fetch(everything),
        await pool.fetchval("select count(*) from interaction.feed"),
    ) == before


async def test_a_new_owner_sees_the_old_history(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    customer = name()
    early = await client.post(PATH, json=contact({"system": "erp", "id": customer}))
    key = peer.put(customer, owner="u-7")
    await catch_up(follower)
    mine = interaction.client(MINE)
    assert (await mine.get(early.headers["location"])).status_code == 404
    peer.put(customer, customer_id=key, owner="u-1")
    await catch_up(follower)
    assert (await mine.get(early.headers["location"])).status_code == 200


async def test_a_name_moves_to_another_customer(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    first, second = name(), name()
    one, two = peer.put(first), peer.put(second)
    await catch_up(follower)
    peer.put(customer_id=one)
    peer.put(second, first, customer_id=two)
    await catch_up(follower)
    made = (await client.post(PATH, json=contact({"system": "erp", "id": first}))).json()
    assert made["customer_id"] == str(two)


async def test_a_deleted_customer_is_nobody(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    customer = name()
    key = peer.put(customer)
    await catch_up(follower)
    made = await client.post(PATH, json=contact(str(key)))
    peer.remove(key)
    await catch_up(follower)
    assert (await client.get(f"/v1/customers/{key}/timeline")).status_code == 404
    assert (await client.post(PATH, json=contact(str(key)))).json()["code"] == "unknown_customer"
    again = (await client.post(PATH, json=contact({"system": "erp", "id": customer}))).json()
    assert (again["matched"], again["customer_id"] == str(key)) == (False, False)
    assert (await client.get(made.headers["location"])).status_code == 200  # what happened, happened
    reborn = peer.put(customer)
    await catch_up(follower)
    shown = (await client.get(f"{PATH}/{again['id']}")).json()
    assert shown["current_customer_id"] == str(reborn)


async def test_an_id_taken_on_trust_is_matched_when_it_appears(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    key = peer.put(name())
    peer.down = True
    made = (await client.post(PATH, json=contact(str(key)))).json()
    assert (made["customer_id"], made["matched"]) == (str(key), False)
    peer.down = False
    await catch_up(follower)
    shown = (await client.get(f"{PATH}/{made['id']}")).json()
    assert (shown["current_customer_id"], shown["matched"]) == (str(key), True)


async def test_customers_that_a_new_snapshot_lacks_are_hidden(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    customer, other = name(), name()
    key, kept = peer.put(customer), peer.put(other)
    await catch_up(follower)
    asked = peer.put(name())
    assert (await client.post(PATH, json=contact(str(asked)))).json()["matched"]
    for absent in (key, asked):  # the one deleted while nobody followed, the other made after the snapshot
        del peer.customers[absent]
    peer.log = [each for each in peer.log if each in peer.customers]
    await interaction.database.pool.execute("delete from interaction.feed_cursors")
    generation: Any = 5
    await interaction.database.pool.execute(
        "insert into interaction.feed_cursors (source, generation) values ('customer', $1)", generation
    )
    await catch_up(follower)
    assert (await client.get(f"/v1/customers/{key}/timeline")).status_code == 404
    assert (await client.get(f"/v1/customers/{kept}/timeline")).status_code == 200
    assert (await client.get(f"/v1/customers/{asked}/timeline")).status_code == 200
