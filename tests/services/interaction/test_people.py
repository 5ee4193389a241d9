"""An organization's timeline with its people: what passed while they worked there, as far as it is seen."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from feed.consumer import Follower, Received
from services.interaction.following import apply, sweep
from services.interaction.timeline.schemas import TimelinePage
from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import catch_up
from tests.support.running import ANYBODY, Running

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Firm:
    """An organization and whom it employs, as customer's feed tells of them."""

    def __init__(self, client: httpx.AsyncClient, interaction: Running, peer: Peer) -> None:
        self.client, self.interaction, self.peer = client, interaction, peer
        self.id = peer.put(name(), owner="u-1")
        self.path = f"/v1/customers/{self.id}/timeline"

    async def tell(self, *told: Received) -> None:
        async with self.interaction.database.begin(ANYBODY, at=AT) as tx:
            await apply(tx, told)

    async def employ(self, person: UUID, version: int = 1, **days: Any) -> Received:
        ends = {"from_customer_id": str(person), "to_customer_id": str(self.id)}
        data = {"type": "employment", "valid_from": None, "valid_to": None, **ends, **days}
        told = Received("relation", uuid4(), version, gone=False, data=data, generation=1)
        await self.tell(told)
        return told

    async def talk(self, who: UUID, *days: str) -> list[str]:
        made = []
        for day in days:
            body = contact(str(who), occurred_at=f"2026-{day}T12:00:00Z", purpose="sale")
            made.append((await self.client.post("/v1/interactions", json=body)).json()["id"])
        return made

    async def shown(self, who: httpx.AsyncClient | None = None, **params: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        url: str | None = str(httpx.URL(self.path, params={"limit": 2, "include": "people", **params}))
        while url:
            answer = await (who or self.client).get(url)
            assert answer.status_code == 200, answer.text
            TimelinePage.model_validate(answer.json())
            found += [(i["id"], i["data"]["current_customer_id"]) for i in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url")
        return found


@pytest.fixture
async def firm(client: httpx.AsyncClient, interaction: Running, peer: Peer) -> Firm:
    """An organization."""
    return Firm(client, interaction, peer)


async def test_what_passed_while_people_worked_there(firm: Firm, peer: Peer, follower: Follower) -> None:
    one, other, stranger = (peer.put(name(), owner="u-1") for _ in range(3))
    await catch_up(follower)
    whole = await firm.talk(firm.id, "02-01", "04-01")
    ones = await firm.talk(one, "01-15", "02-10", "02-11", "03-20")
    others = await firm.talk(other, "03-10")
    await firm.talk(stranger, "03-11")
    await firm.employ(one, valid_from="2026-02-10", valid_to="2026-02-11")
    await firm.employ(other)
    expected = [
        (whole[1], str(firm.id)),
        (others[0], str(other)),
        (ones[2], str(one)),
        (ones[1], str(one)),
        (whole[0], str(firm.id)),
    ]
    assert await firm.shown() == expected
    assert await firm.shown(order="asc") == expected[::-1]
    assert await firm.shown(purpose="sale", since="2026-03-01T00:00:00Z") == expected[:2]
    assert await firm.shown(kinds="order") == []
    alone = (await firm.client.get(firm.path)).json()["items"]
    assert [item["id"] for item in alone] == [whole[1], whole[0]]
    assert (await firm.client.get(f"/v1/customers/{uuid4()}/timeline?include=people")).status_code == 404


async def test_people_whom_the_reader_does_not_see_are_absent(
    firm: Firm, interaction: Running, peer: Peer, follower: Follower
) -> None:
    mine, foreign = peer.put(name(), owner="u-1"), peer.put(name(), owner="u-2")
    await catch_up(follower)
    shown = await firm.talk(mine, "03-10")
    await firm.talk(foreign, "03-11")
    for person in (mine, foreign):
        await firm.employ(person)
    reads = frozenset(("interactions:read",))
    assert await firm.shown(interaction.client(Principal("u-1", reads, Visibility.OWN))) == [
        (shown[0], str(mine))
    ]
    other = interaction.client(Principal("u-2", reads, Visibility.OWN))
    assert (await other.get(firm.path, params={"include": "people"})).status_code == 404


async def test_employments_are_followed_as_they_are_now(
    firm: Firm, interaction: Running, peer: Peer, follower: Follower
) -> None:
    person, twin = peer.put(name()), peer.put(name())
    await catch_up(follower)
    made = {*(await firm.talk(person, "03-10")), *(await firm.talk(twin, "03-11"))}
    first = await firm.employ(person)
    await firm.tell(first)  # a page may come twice
    await firm.employ(twin)
    peer.merge(person, twin)
    await catch_up(follower)
    assert {id_ for id_, _ in await firm.shown()} == made
    assert len(await firm.shown()) == 2
    gone = Received("relation", first.subject, 2, gone=True, data={}, generation=1)
    await firm.tell(gone)
    assert {id_ for id_, _ in await firm.shown()} == made  # the twin's is left, and they are one
    async with interaction.database.begin(ANYBODY, at=AT) as tx:
        await sweep(tx, 2)
    rows = await interaction.database.pool.fetchval("select count(*) from interaction.employments")
    assert rows == 0
