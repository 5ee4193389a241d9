"""Merges as interaction follows them: histories are read together, kept apart, and go back on an undo."""

import itertools
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower, _received
from services.interaction.identities.following import apply
from shared.auth import Principal, Visibility
from shared.clock import utc_now
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import PATH, catch_up
from tests.support.running import Running

OWN = Principal("u-1", frozenset(("interactions:read", "orders:read")), Visibility.OWN)


async def write(client: httpx.AsyncClient, who: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=contact(who))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def timeline(client: httpx.AsyncClient, who: object) -> set[str] | int:
    answer = await client.get(f"/v1/customers/{who}/timeline")
    return (
        {item["id"] for item in answer.json()["items"]} if answer.status_code == 200 else answer.status_code
    )


async def test_histories_are_read_together_and_part_again(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    names = [name(), name()]
    strange = await write(client, {"system": "erp", "id": names[1]})
    one, other = peer.put(names[0], owner="u-1"), peer.put(names[1], owner="u-2")
    await catch_up(follower)
    first = await write(client, str(one))
    second = await write(client, str(other))
    peer.merge(one, other)
    await catch_up(follower)
    late = [
        await write(client, who)
        for who in (str(other), {"system": "erp", "id": names[1]}, strange["customer_id"])
    ]
    assert [each["customer_id"] for each in late] == [str(other), str(other), strange["customer_id"]]
    assert {each["current_customer_id"] for each in late} == {str(one)}
    mine = {first["id"]}
    its = {strange["id"], second["id"], *(each["id"] for each in late)}
    for who in (one, other, strange["customer_id"], *(f"erp:{each}" for each in names)):
        assert await timeline(client, who) == mine | its
        assert await timeline(interaction.client(OWN), who) == mine | its
        listed = await client.get("/v1/interactions", params={"customer": str(who)})
        assert {item["id"] for item in listed.json()["items"]} == mine | its
    peer.undo(one, other)
    await catch_up(follower)
    for who in (other, strange["customer_id"], f"erp:{names[1]}"):
        assert await timeline(client, who) == its
        assert await timeline(interaction.client(OWN), who) == 404
    assert await timeline(interaction.client(OWN), one) == mine


async def test_who_was_merged_a_moment_ago_is_asked_for(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    """Nobody has followed the feed: neither of the two is known here."""
    one, other = peer.put(name(), owner="u-1"), peer.put(name())
    peer.merge(one, other)
    assert await timeline(client, other) == set()
    made = await write(client, str(other))
    assert (made["customer_id"], made["current_customer_id"], made["matched"]) == (str(other), str(one), True)
    await catch_up(follower)
    assert await timeline(client, one) == {made["id"]}
    peer.undo(one, other)
    await catch_up(follower)
    assert (await timeline(client, one), await timeline(client, other)) == (set(), {made["id"]})


async def test_chains_collapse_and_unfold(client: httpx.AsyncClient, peer: Peer, follower: Follower) -> None:
    ids = [peer.put(name()) for _ in range(3)]
    await catch_up(follower)
    written = [(await write(client, str(each)))["id"] for each in ids]
    peer.merge(ids[1], ids[0])
    peer.merge(ids[2], ids[1])
    await catch_up(follower)
    assert [await timeline(client, each) for each in ids] == [set(written)] * 3
    peer.undo(ids[2], ids[1])
    await catch_up(follower)
    assert await timeline(client, ids[0]) == set(written[:2])
    assert await timeline(client, ids[2]) == {written[2]}


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
async def test_the_two_entries_may_come_in_any_order(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, order: tuple[int, ...]
) -> None:
    """As on both sides of a page's end; and again, since a page may come twice."""
    names = [name(), name()]
    ids = [peer.put(names[0], owner="u-1"), peer.put(names[1], owner="u-2")]
    await catch_up(follower)
    strange = await write(client, {"system": "erp", "id": name("X")})
    written = [(await write(client, str(each)))["id"] for each in ids]

    async def tell() -> None:
        for _ in range(2):
            for index in order:
                item = peer._state(ids[index])
                async with interaction.database.begin(OWN, at=utc_now()) as tx:
                    await apply(tx, _received([item], 1))

    peer.merge(*ids)
    await tell()
    made = await write(client, {"system": "erp", "id": names[1]})
    assert made["customer_id"] == str(ids[1])
    for each in ids:
        assert await timeline(client, each) == {*written, made["id"]}
    peer.undo(*ids)
    await tell()
    assert await timeline(client, ids[0]) == {written[0]}
    assert await timeline(client, ids[1]) == {written[1], made["id"]}
    rows = await interaction.database.pool.fetch(
        "select original_id, owner, deleted from interaction.identities where original_id = any($1)", ids
    )
    assert {(row["original_id"], row["owner"], row["deleted"]) for row in rows} == {
        (ids[0], "u-1", False),
        (ids[1], "u-2", False),
    }
    assert strange["matched"] is False


async def test_strangers_are_told_when_they_mean_somebody_else(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower
) -> None:
    erp = name()
    strange = UUID((await write(client, {"system": "erp", "id": erp}))["customer_id"])
    one, other = peer.put(name()), peer.put(erp)
    await catch_up(follower)

    async def told() -> dict[str, Any]:
        query = {"kind": "identity", "ids": [str(strange), str(other)]}
        items = (await client.get("/v1/changes/snapshot", params=query)).json()["items"]
        assert [item["subject"] for item in items] == [str(strange)]  # the others are customer's to tell
        return {**items[0]["data"], "version": items[0]["version"]}

    before = await told()
    assert (before["customer_id"], before["current_id"]) == (str(other), str(other))
    peer.merge(one, other)
    await catch_up(follower)
    assert await told() == {**before, "current_id": str(one), "version": before["version"] + 1}
    peer.undo(one, other)
    await catch_up(follower)
    assert await told() == {**before, "version": before["version"] + 2}
    entries = "select count(*) from interaction.feed where $1 = any(subjects) and type = 'identity.updated'"
    assert await interaction.database.pool.fetchval(entries, strange) == 3
