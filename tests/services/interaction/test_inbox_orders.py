"""What comes from a number that two customers have ends as it must, whenever the worker gets to look."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from uuid import UUID

import httpx
import pytest

from feed.consumer import Follower, _received
from services.interaction.following import apply
from services.interaction.inbox.asking import AT_ONCE, look
from shared.auth import Principal
from shared.clock import utc_now
from shared.ids import uuid7
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_identities import catch_up
from tests.services.interaction.test_inbox import INBOX, came, decide, shown
from tests.services.interaction.working import Work, worker
from tests.support.running import Running

CAME, ONE, OTHER, MERGED, UNDONE = "message came", "one has it", "other has it", "merged", "undone"
LIVES = ([ONE, OTHER], [ONE], [OTHER])  # who gets the number, in turn
FOLLOWS, LOOKS = "follows", "looks"
STEPS = 5  # of the longest order


def orders() -> Iterator[list[str]]:
    """Give all orders of what can happen: a merge and its undo may be there or not."""
    for having in LIVES:
        for after in ([], [MERGED], [MERGED, UNDONE]):
            happens = [*having, *after]
            for at in range(len(happens) + 1):
                yield [*happens[:at], CAME, *happens[at:]]


def expected(order: Sequence[str]) -> tuple[str, str | None, str | None]:
    """Say state, by what it is attached, and to whom: a matter of who had the number when something came."""
    had = sorted({ONE, OTHER} & set(takewhile(lambda each: each != CAME, order)))
    one = MERGED in order and UNDONE not in order
    if not had or (len(had) > 1 and not one):
        return "open", None, None
    return "attached", "merge" if len(had) > 1 else "number", ONE if one else had[0]


@dataclass
class Story:
    """One order as it happens, to two customers and a number of its own."""

    order: list[str]
    peer: Peer
    number: str = field(default_factory=lambda: name("1"))

    def __post_init__(self) -> None:
        """Make the two."""
        self.ids = {ONE: self.peer.put(name()), OTHER: self.peer.put(name())}

    def message(self) -> dict[str, Any]:
        """Return what comes from the number."""
        return contact({"system": "phone", "id": self.number})

    def at(self, step: int) -> str | None:
        """Return what happens at a step."""
        return self.order[step] if step < len(self.order) else None

    def happens(self, what: str | None) -> None:
        """Let it happen at the customer service, unless it is the message."""
        if what in self.ids:
            self.peer.share(self.number, "phone", self.ids[what], since=uuid7())
        elif what in {MERGED, UNDONE}:
            {MERGED: self.peer.merge, UNDONE: self.peer.undo}[what](self.ids[ONE], self.ids[OTHER])

    def end(self, told: dict[str, Any]) -> tuple[str, str | None, str | None]:
        """Return how the stranger stands, and whose it is."""
        names = {str(id_): who for who, id_ in self.ids.items()}
        return told["state"], told["attached_by"], names.get(told["customer_id"])


WHEN = {
    "only at the end": {},
    "after each thing": dict.fromkeys(range(STEPS), (FOLLOWS, LOOKS)),
    "follows late": dict.fromkeys(range(STEPS), (LOOKS,)),
    "looks late": dict.fromkeys(range(STEPS), (FOLLOWS,)),
    "in the middle": {STEPS // 2: (FOLLOWS, LOOKS)},
}


async def waiting(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Return all strangers by their numbers."""
    pages = [
        await client.get(INBOX, params={"state": state, "limit": 1000}) for state in ("open", "attached")
    ]
    return {item["names"][0]["id"]: item for page in pages for item in page.json()["items"]}


@pytest.mark.parametrize("when", WHEN.values(), ids=list(WHEN))
async def test_it_is_whose_it_is_whenever_the_worker_looks(
    client: httpx.AsyncClient,
    interaction: Running,
    peer: Peer,
    follower: Follower,
    when: dict[int, tuple[str, ...]],
) -> None:
    stories = [Story(order, peer) for order in orders()]

    async def step(acts: Sequence[str]) -> None:
        """Let the worker do something; it begins anew each time."""
        if FOLLOWS in acts:
            await catch_up(follower)
        for _ in stories[::AT_ONCE] if LOOKS in acts else ():
            await worker(interaction)()

    for at in range(STEPS):
        for story in stories:
            story.happens(story.at(at))
        came = [story.message() for story in stories if story.at(at) == CAME]
        answer = await client.post("/v1/interactions/batch", json={"items": came}) if came else None
        assert answer is None or answer.json()["counts"]["created"] == len(came)
        await step(when.get(at, ()))
    for _ in range(2):
        await step((FOLLOWS, LOOKS))
    told = await waiting(client)
    for story in stories:
        assert story.end(told[story.number]) == expected(story.order), story.order


async def shared(peer: Peer) -> tuple[str, UUID, UUID]:
    """Return a number that two have, and the two."""
    number, one, other = name("1"), peer.put(name()), peer.put(name())
    peer.share(number, "phone", one, other)
    return number, one, other


@dataclass
class Asked:
    """The customer service, as somebody asks it who then takes a while."""

    customers: Any
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def search(self, text: str, limit: int) -> Any:
        """Answer, say that it was, and wait until it is read."""
        found = await self.customers.search(text, limit)
        self.answered.set()
        await self.read.wait()
        return found


async def test_a_merge_that_is_just_being_followed_is_waited_for(
    client: httpx.AsyncClient, interaction: Running, peer: Peer, follower: Follower, work: Work
) -> None:
    """Whoever looks asks before the merge, and keeps what was said after it: neither would see the other."""
    number, one, other = await shared(peer)
    await catch_up(follower)
    stranger = await came(client, number)
    peer.down = True
    await work()
    peer.down, interaction.app.state.customers._quiet_until = False, 0.0
    principal = Principal.of_service("interaction", "feed:read")
    asked: Any = Asked(interaction.app.state.customers)
    async with interaction.database.begin(principal, at=utc_now()) as tx:
        looking = asyncio.create_task(look(interaction.database, asked))
        await asked.answered.wait()
        peer.merge(one, other)
        await apply(tx, _received([peer._state(one), peer._state(other)], 1))
        asked.read.set()
        await asyncio.wait([looking], timeout=0.3)
    await looking
    told = await shown(client, stranger)
    assert (told["state"], told["attached_by"], told["customer_id"]) == ("attached", "merge", str(one))
    await catch_up(follower)


async def test_what_people_detached_no_merge_attaches_again(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, work: Work
) -> None:
    number, one, other = await shared(peer)
    await catch_up(follower)
    stranger = await came(client, number)
    await work()
    peer.merge(one, other)
    await catch_up(follower)
    assert (await decide(client, stranger, "detach")).json()["state"] == "open"
    peer.put(customer_id=one, merged_ids=[str(other)], owner="u-1")
    await catch_up(follower)
    await work()
    assert (await shown(client, stranger))["state"] == "open"


@pytest.mark.parametrize("opened_by", ["people", "something new"])
async def test_what_was_dismissed_while_they_became_one_is_that_ones_when_it_is_opened(
    client: httpx.AsyncClient, peer: Peer, follower: Follower, work: Work, opened_by: str
) -> None:
    number, one, other = await shared(peer)
    await catch_up(follower)
    stranger = await came(client, number)
    await work()
    await decide(client, stranger, "dismiss", reason="advertising")
    peer.merge(one, other)
    await catch_up(follower)
    assert (await shown(client, stranger))["state"] == "dismissed"
    if opened_by == "people":
        await decide(client, stranger, "reopen")
    else:
        await came(client, number)
        await work()
    told = await shown(client, stranger)
    assert (told["state"], told["attached_by"], told["customer_id"]) == ("attached", "merge", str(one))
