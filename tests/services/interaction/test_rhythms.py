"""Rhythms are what a recount from the facts gives, whatever happened in which order."""

import random
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.working import Work
from tests.support.running import Running

RECOUNT = """
select i.original_id, i.owner, i.department, i.customer_class, max(f.occurred_at) as last_at
from interaction.identities i
join interaction.identities o on o.current_id = i.original_id
left join interaction.interactions f on f.customer_id = o.original_id and f.direction <> 'none'
where i.original_id = i.current_id and not i.deleted and not i.provisional
group by i.original_id"""
KEPT = "select customer_id, owner, department, customer_class, last_at from interaction.rhythms"


class World:
    """Customers who are talked to, change hands, merge and part."""

    def __init__(self, seed: int, client: httpx.AsyncClient, peer: Peer) -> None:
        self.draw, self.client, self.peer = random.Random(seed), client, peer  # noqa: S311 - any will do
        self.ids: list[UUID] = []
        self.merged: list[tuple[UUID, UUID]] = []
        self.made: list[str] = []

    async def happen(self) -> None:
        """Let one thing happen."""
        draw, free = self.draw, [id_ for id_ in self.ids if not any(id_ in pair for pair in self.merged)]
        what = draw.choice(
            ("come", "come", "talk", "talk", "talk", "strange", "hand", "merge", "undo", "gone")
        )
        if what == "come" or not free:
            self.ids.append(self.peer.put(name(), **self._hands()))
        elif what == "hand":
            self.peer.put(name(), customer_id=draw.choice(free), **self._hands())
        elif what == "merge" and len(free) > 1:
            self.merged.append((free[0], free[1]))
            self.peer.merge(*self.merged[-1])
        elif what == "undo" and self.merged:
            self.peer.undo(*self.merged.pop(draw.randrange(len(self.merged))))
        elif what == "gone":
            self.peer.remove(free[-1])
            self.ids.remove(free[-1])
        else:
            await self._talk(draw.choice(self.ids) if what == "talk" else None)

    async def _talk(self, who: UUID | None) -> None:
        key: Any = str(who) if who else {"system": "phone", "id": name()}
        at = f"2026-{self.draw.randint(1, 6):02}-{self.draw.randint(1, 28):02}T12:00:00Z"
        body = contact(key, direction=self.draw.choice(("inbound", "outbound", "none")), occurred_at=at)
        answer = await self.client.post("/v1/interactions", json=body)
        assert answer.status_code in {201, 422}, answer.text  # 422: who was merged, before that is told

    def _hands(self) -> dict[str, Any]:
        draw = self.draw
        return {part: draw.choice((None, "a", "b")) for part in ("owner", "department", "customer_class")}


@pytest.mark.parametrize("seed", [1, 2])
async def test_rhythms_are_those_of_a_recount(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, work: Work, seed: int
) -> None:
    world, pool = World(seed, client, peer), interaction.database.pool
    for _ in range(6):
        for _ in range(12):
            await world.happen()
        for step in world.draw.sample([lambda: catch_up(follower), work], 2):
            await step()
        await catch_up(follower)
        kept = {row[0]: tuple(row)[1:] for row in await pool.fetch(KEPT)}
        assert kept == {row[0]: tuple(row)[1:] for row in await pool.fetch(RECOUNT)}
    assert len(kept) > 2


async def test_who_a_stranger_is_said_to_be_has_talked_since(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, work: Work
) -> None:
    customer, known = peer.put(name()), "select last_at from interaction.rhythms where customer_id = $1"
    sent = contact({"system": "phone", "id": name()}, direction="inbound")
    stranger = (await client.post("/v1/interactions", json=sent)).json()["customer_id"]
    await catch_up(follower)
    for what, body in (("attach", {"customer": str(customer)}), ("detach", {})):
        await work()
        seen = {"if-match": (await client.get(f"/v1/inbox/{stranger}")).headers["etag"]}
        told = await client.post(f"/v1/inbox/{stranger}/{what}", json=body, headers=seen)
        assert told.status_code == 200, told.text
        await work()
        last = await interaction.database.pool.fetchval(known, customer)
        assert (last is not None) is (what == "attach")
