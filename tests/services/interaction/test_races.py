"""Writers, the follower and the customer service at once: nobody's history is lost or split."""

import asyncio
import random
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

PEOPLE, TURNS = 40, 10


@pytest.mark.parametrize("answers", [True, False])
async def test_every_history_finds_its_customer_whenever_it_appears(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, *, answers: bool
) -> None:
    """Facts of strangers arrive in batches and singly while customers are made and the feed is followed."""
    chance = random.Random(7)  # noqa: S311 - which interleavings are tried, not a secret
    names = [name() for _ in range(PEOPLE)]
    peer.down = not answers
    made: dict[str, UUID] = {}
    facts: list[tuple[str, str]] = []

    async def write() -> None:
        for _ in range(TURNS):
            some = chance.sample(names, 15)
            items = [contact({"system": "erp", "id": each}) for each in some]
            answer = await client.post("/v1/interactions/batch", json={"items": items})
            results = answer.json()["results"]
            assert [each["problem"] for each in results] == [None] * len(some)
            facts.extend((each, result["id"]) for each, result in zip(some, results, strict=True))
            one = chance.choice(names)
            answer = await client.post("/v1/interactions", json=contact({"system": "erp", "id": one}))
            assert answer.status_code == 201, answer.text
            facts.append((one, answer.json()["id"]))

    async def make() -> None:
        for each in chance.sample(names, PEOPLE):
            made[each] = peer.put(each, owner="u-1")
            await asyncio.sleep(chance.random() * 0.01)

    async def follow() -> None:
        while len(made) < PEOPLE:
            await follower.step()
            await asyncio.sleep(0.002)

    await asyncio.gather(write(), write(), write(), make(), follow())
    peer.down = False
    for _ in range(2):
        await follower.step()
    for each, customer in made.items():
        items: list[Any] = []
        path: str | None = f"/v1/customers/{customer}/timeline"
        while path:
            page = await client.get(path)
            items += page.json()["items"]
            path = page.links["next"]["url"] if page.links else None
        assert sorted(item["id"] for item in items) == sorted(fact for who, fact in facts if who == each)
        assert {item["data"]["current_customer_id"] for item in items} <= {str(customer)}
    strangers = await interaction.database.pool.fetch(
        "select original_id from interaction.identities where current_id = any($1) and provisional"
        " and original_id <> current_id",
        list(made.values()),
    )
    told = await interaction.database.pool.fetch(
        "select s.id, count(*) as n from interaction.feed, unnest(subjects) as s(id)"
        " where type = 'identity.updated' and s.id = any($1) group by 1",
        [row["original_id"] for row in strangers],
    )
    assert {row["id"]: row["n"] for row in told} == {row["original_id"]: 1 for row in strangers}
    assert strangers
