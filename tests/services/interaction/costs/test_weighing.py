"""What is stored of shared costs is what weighing anew would find; and only what changed is weighed."""

import random
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.costs.test_allocation import MARCH, among, cost, people
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, order, post
from tests.services.interaction.working import Work
from tests.support.running import Running

__all__ = ["people"]
APRIL = {"first_day": "2026-04-01", "last_day": "2026-04-30"}
STORED = "select cost_id, customer_id, weight, units, upto from interaction.cost_shares order by 1, 2"
VERSIONS = "select cost_id, version, customers, units, of_weights from interaction.cost_weighings order by 1"
WEIGHED = "select cost_id, weighed_at from interaction.cost_weighings"


async def weigh_anew(interaction: Running, work: Work) -> None:
    """Let every cost wait, and be weighed."""
    await interaction.database.pool.execute("update interaction.cost_weighings set marked = marked + 1")
    await work()


@dataclass
class Life:
    """What may happen to customers and to what they are weighed by."""

    client: httpx.AsyncClient
    peer: Peer
    people: dict[str, UUID]
    chance: random.Random
    region: str = field(default_factory=lambda: name("R"))
    orders: list[str] = field(default_factory=list)
    merged: list[tuple[UUID, UUID]] = field(default_factory=list)

    async def happen(self) -> None:
        often = (self.buy, self.buy, self.correct, self.meet, self.rate)
        await self.chance.choice((*often, self.move, self.merge, self.undo, self.amend, self.come))()

    def day(self) -> str:
        return f"2026-{self.chance.choice(['03', '04'])}-{self.chance.randint(1, 30):02}T23:30:00Z"

    def there(self) -> list[UUID]:
        return [each for each in among(self.people)[2] if not self.peer.customers[each].get("gone")]

    async def patch(self, path: str, **patch: str) -> None:
        seen = (await self.client.get(path)).headers["etag"]
        answer = await self.client.patch(path, json=patch, headers={"if-match": seen})
        assert answer.status_code == 200, answer.text

    async def buy(self) -> None:
        who, region = self.chance.choice(among(self.people)[1]), self.chance.choice([self.region, None])
        sold = order(name("SO"), who, placed_at=self.day(), region=region)
        sold["currency"], sold["lines"] = "THB", [{"amount": str(self.chance.randint(1, 99))}]
        self.orders.append((await post(self.client, "/v1/orders", sold))["id"])

    async def correct(self) -> None:
        patches = [{"placed_at": self.day()}, {"status": "cancelled"}, {"region": self.region}]
        if self.orders:
            await self.patch(f"/v1/orders/{self.chance.choice(self.orders)}", **self.chance.choice(patches))

    async def meet(self) -> None:
        who = self.chance.choice(among(self.people)[1])
        await post(self.client, "/v1/interactions", {**contact(key(who)), "occurred_at": self.day()})

    async def rate(self) -> None:
        path = f"/v1/exchange-rates/THB/CNY/2026-03-{self.chance.randint(1, 28):02}"
        await self.client.put(path, json={"rate": str(self.chance.randint(1, 9) / 10)})

    async def move(self) -> None:
        who = self.peer.customers[self.chance.choice(self.there())]
        department = self.chance.choice([list(self.people)[-1], "other"])
        names, merged = [each["id"] for each in who["identities"]], who.get("merged_ids", [])
        self.peer.put(*names, customer_id=UUID(who["id"]), department=department, merged_ids=merged)

    async def merge(self) -> None:
        if len(there := self.there()) > 2:
            self.merged.append((there[0], there[1]))
            self.peer.merge(there[0], there[1])

    async def undo(self) -> None:
        if self.merged:
            self.peer.undo(*self.merged.pop())

    async def amend(self) -> None:
        page = (await self.client.get("/v1/shared-costs", params={"name": list(self.people)[-1]})).json()
        amount = f"{self.chance.randint(1, 99)}.01"
        await self.patch(f"/v1/shared-costs/{self.chance.choice(page['items'])['id']}", amount=amount)

    async def come(self) -> None:
        self.peer.put(name(), department=self.chance.choice([list(self.people)[-1], None]))


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_stored_is_what_weighing_anew_finds(
    client: httpx.AsyncClient,
    interaction: Running,
    work: Work,
    people: dict[str, UUID],
    peer: Peer,
    follower: Follower,
    seed: int,
) -> None:
    life = Life(client, peer, people, random.Random(seed))  # noqa: S311 - a test that can be repeated
    sharing, _, ids = among(people)
    for basis in ("equal", "revenue", "interactions"):
        await post(client, "/v1/shared-costs", cost("99.99", basis=basis, **sharing))
        await post(client, "/v1/shared-costs", cost("10.00", basis=basis, among="all", **APRIL))
    local = {"among": "region", "name": life.region}
    await post(client, "/v1/shared-costs", cost("7.77", basis="equal", **local))
    weights = [{"customer": str(each), "weight": "1.5"} for each in ids[:3]]
    await post(client, "/v1/shared-costs", cost("5.00", basis="weight", among="all", weights=weights))
    pool = interaction.database.pool
    for _ in range(4):
        for _ in range(6):
            await life.happen()
        while not await follower.step():
            pass
        await work()
        stored, versions = await pool.fetch(STORED), await pool.fetch(VERSIONS)
        await weigh_anew(interaction, work)
        assert await pool.fetch(STORED) == stored
        assert await pool.fetch(VERSIONS) == versions  # so nobody is told of what did not change


async def test_only_what_changed_is_weighed(
    client: httpx.AsyncClient, interaction: Running, work: Work, people: dict[str, UUID]
) -> None:
    sharing, names, _ = among(people)
    march = await post(client, "/v1/shared-costs", cost("60.00", basis="revenue", **sharing))
    april = await post(client, "/v1/shared-costs", cost("60.00", basis="revenue", **sharing, **APRIL))
    equal = await post(client, "/v1/shared-costs", cost("60.00", basis="equal", **sharing))
    await work()
    pool = interaction.database.pool
    before = dict(await pool.fetch(WEIGHED))
    await post(client, "/v1/orders", order(name("SO"), names[0], placed_at="2026-03-05T09:00:00Z"))
    window = await client.get("/v1/costs/allocation", params=MARCH)
    assert window.json()["waiting"] == 0  # nobody has heard of it yet
    await work()
    after = dict(await pool.fetch(WEIGHED))
    changed = {str(cost_id) for cost_id, at in after.items() if before[cost_id] != at}
    assert march["id"] in changed
    assert not {april["id"], equal["id"]} & changed


async def test_the_answer_says_since_when_and_what_waits(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID]
) -> None:
    sharing, _, _ = among(people)
    window = {**MARCH, "limit": "1"}
    await work()
    made = await post(client, "/v1/shared-costs", cost("60.00", basis="equal", **sharing))
    page = (await client.get("/v1/costs/allocation", params=window)).json()
    assert (page["weighed_at"], page["waiting"]) == (None, 1)
    await work()
    page = (await client.get("/v1/costs/allocation", params=window)).json()
    assert page["weighed_at"] is not None
    assert page["waiting"] == 0
    rows = (await client.get("/v1/shared-costs/allocated", params={**window, "limit": "1000"})).json()[
        "items"
    ]
    (row,) = [each for each in rows if each["cost_id"] == made["id"]]
    assert (row["allocated"], row["customers"], row["waiting"]) == ("60.00", 7, False)


async def test_the_feed_tells_once_of_a_cost_that_many_bear(
    client: httpx.AsyncClient, work: Work, people: dict[str, UUID]
) -> None:
    sharing, _, _ = among(people)
    made = await post(client, "/v1/shared-costs", cost("60.00", basis="equal", **sharing))
    await work()
    found = await client.get("/v1/changes/snapshot", params={"kind": "cost_allocation", "limit": "1000"})
    (told,) = [each for each in found.json()["items"] if each["data"]["cost_id"] == made["id"]]
    assert (told["data"]["units"], told["data"]["scale"], told["data"]["customers"]) == ("6000", 2, 7)
