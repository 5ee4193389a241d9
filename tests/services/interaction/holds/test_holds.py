"""Holds: nothing of a customer goes, through merges, from the answer on."""

from uuid import UUID

import httpx

from feed.consumer import Follower
from services.interaction.holds.schemas import RetentionHoldPage, RetentionHoldRead
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.retention.conftest import Run, counted, rule
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.test_orders import AT, key, order, post
from tests.support.running import Running

REASON = {"reason": "Lawsuit"}


def place(who: UUID | str) -> str:
    return f"/v1/customers/{who}/retention-hold"


async def test_a_hold_is_put_changed_and_taken_away(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    who = peer.put(name(), owner="u-1")
    await catch_up(follower)
    assert (await client.get(place(who))).status_code == 404
    made = await client.put(place(who), json=REASON)
    assert (made.status_code, made.json()["customer_id"], made.headers["etag"]) == (201, str(who), '"1"')
    RetentionHoldRead.model_validate(made.json())
    assert (await client.put(place(who), json={"reason": "Other"})).status_code == 428
    changed = await client.put(place(who), json={"reason": "Other"}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    history = (await client.get(f"{place(who)}/history")).json()["items"]
    assert [sorted(each["changes"]) for each in history] == [["reason"], []]
    listed = (await client.get("/v1/retention-holds")).json()
    assert len(RetentionHoldPage.model_validate(listed).items) == 1
    scopes = frozenset(("retention:read",))
    masked = interaction.client(Principal("u-9", scopes, personal=False))
    assert (await masked.get(place(who))).json()["reason"] is None
    for principal, status in (("u-1", 200), ("u-2", 404)):
        narrow = interaction.client(Principal(principal, scopes, Visibility.OWN))
        assert (await narrow.get(place(who))).status_code == status
        assert len((await narrow.get("/v1/retention-holds")).json()["items"]) == (status == 200)
    assert (await client.delete(place(who), headers={"if-match": '"2"'})).status_code == 204
    assert (await client.get(place(who))).status_code == 404
    assert (await client.put(place(who), json=REASON)).status_code == 201
    assert (await client.put(place("erp:nobody"), json=REASON)).status_code == 404


async def test_a_hold_protects_through_a_merge_and_back(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, run: Run
) -> None:
    whole, other, free = (peer.put(name()) for _ in range(3))
    await catch_up(follower)
    for who in (whole, other, free):
        await post(client, "/v1/interactions", contact(str(who)))
    await rule(client, "interaction")
    assert (await client.put(place(other), json=REASON)).status_code == 201
    peer.merge(whole, other)
    await catch_up(follower)
    assert (await client.get(place(whole))).json()["customer_id"] == str(other)
    assert counted((await run())["interaction delete"]) == (3, 1, 0, 2, 0), "all ids of the customer are held"
    peer.undo(whole, other)
    await catch_up(follower)
    assert counted((await run())["interaction delete"]) == (2, 1, 0, 1, 0), "it is the other's hold again"
    assert (await client.delete(place(other), headers={"if-match": '"1"'})).status_code == 204
    assert counted((await run())["interaction delete"]) == (1, 1, 0, 0, 0)


async def test_an_order_waits_for_a_part_that_is_held(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, run: Run
) -> None:
    one, other, source = peer.put(name()), peer.put(name()), name("SO")
    await catch_up(follower)
    sold = {**order(source), "customer": str(one)}
    made = await post(client, "/v1/orders", sold)
    paid = {"order": key(source), "amount": "1", "currency": "CNY", "paid_at": AT}
    payment = await post(client, "/v1/payments", paid)
    await interaction.database.pool.execute(  # as a merge that was undone can leave it
        "update interaction.payments set customer_id = $1 where id = $2", other, payment["id"]
    )
    await post(client, "/v1/interactions", contact(str(other)))
    assert (await client.put(place(other), json=REASON)).status_code == 201
    await rule(client, "order")
    assert counted((await run())["order delete"]) == (1, 0, 0, 0, 1)
    assert (await client.get(f"/v1/orders/{made['id']}")).status_code == 200
