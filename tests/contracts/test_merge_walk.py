"""Merges and undos over three services whose followers are killed: all agree with a simple model at the end.

`GUANXI_WALKS` is the number of walks, `GUANXI_WALK_STEPS` how long each of them is.
"""

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress

import pytest

import feed.consumer
from feed.consumer import Follower
from feed.sequencer import run_sequencer
from services.interaction.identities import following as of_interaction
from services.scoring import following as of_scoring
from services.scoring.following import Interactions
from shared.auth import Principal, Signer
from tests.conftest import Service
from tests.contracts.merge_faults import FAULTS
from tests.contracts.walking import Clients, Walker
from tests.services.scoring.base import Base
from tests.support.running import Running
from web.clients import ServiceClient

PARTS = ("customer", "interaction", "scoring")
WALKS = int(os.environ.get("GUANXI_WALKS") or 1)
STEPS = int(os.environ.get("GUANXI_WALK_STEPS") or 60)
PAGE = 3  # so that what was written together is told in parts
pytestmark = pytest.mark.timeout(120 + 30 * WALKS * STEPS)


class Followers:
    """The three followers, moved by hand: a step at a time, killed in the middle, and begun again."""

    def __init__(self, running: dict[str, Running], clients: dict[tuple[str, str], ServiceClient]) -> None:
        self.running, self.clients = running, clients
        self.facts = Interactions(running["scoring"].settings.currency)
        self.older: dict[tuple[str, str], str] = {}

    def make(self, name: str, source: str) -> Follower:
        """Return a follower as a worker that has just begun has it."""
        to, client = self.running[name], self.clients[name, source]
        base = importlib.import_module(f"services.{name}.base")
        if name == "interaction":
            apply, sweep, types = of_interaction.apply, of_interaction.sweep, (of_interaction.KIND,)
        elif source == "customer":
            apply, sweep, types = (
                of_scoring.apply_customers,
                of_scoring.sweep_customers,
                of_scoring.FROM_CUSTOMER,
            )
        else:
            apply, sweep, types = self.facts.apply, self.facts.sweep, of_scoring.FROM_INTERACTION
        return Follower(base.FEED, source, client, to.database, apply, types=types, sweep=sweep)

    async def stumble(self, walker: Walker) -> None:
        """Move one follower on, or kill it, or send it back, or let it begin with the snapshot."""
        luck = walker.luck
        name, source = luck.choice(list(self.clients))
        table, pool = f"{name}.feed_cursors", self.running[name].database.pool
        fate = luck.random()
        if fate < 0.15:
            task = asyncio.create_task(self.make(name, source).step())
            await asyncio.sleep(luck.random() * 0.02)
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        elif fate < 0.25:
            back = "set cursor = $2, step = step + 1 where source = $1 and tailing and $2::text is not null"
            await pool.execute(f"update {table} {back}", source, self.older.get((name, source)))
        elif fate < 0.3:
            again = "set cursor = null, page = null, tailing = false,"
            again += " generation = generation + 1, step = step + 1"
            await pool.execute(f"update {table} {again} where source = $1", source)
            self.older.pop((name, source), None)
        else:
            await self.make(name, source).step()
        if luck.random() < 0.2:
            asked = f"select cursor from {table} where source = $1 and tailing"
            if cursor := await pool.fetchval(asked, source):
                self.older.setdefault((name, source), cursor)

    async def catch_up(self) -> None:
        """Follow until nothing is left to follow; interaction first, which scoring follows."""
        for name, source in self.clients:
            follower, quiet = self.make(name, source), 0
            pool, seen = self.running[name].database.pool, None
            while quiet < 3:
                await follower.step()
                asked = f"select cursor, page, tailing from {name}.feed_cursors where source = $1"
                now = tuple(await pool.fetchrow(asked, source))
                quiet = quiet + 1 if now == seen else 0
                seen = now
                await asyncio.sleep(0.02 if quiet else 0)


@pytest.fixture(scope="module")
async def running(service: Service) -> AsyncIterator[dict[str, Running]]:
    """Three services; their feeds are stamped, and nobody follows them."""
    found: dict[str, Running] = {}
    for name in PARTS:
        found[name] = await service(name, peers={peer: one.url for peer, one in found.items()})
    found["interaction"].app.state.customers.patience = 5.0
    feeds = [(found[name].settings, importlib.import_module(f"services.{name}.base").FEED) for name in PARTS]
    tasks = [asyncio.create_task(run_sequencer(*each)) for each in feeds]
    yield found
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture(scope="module")
async def followers(running: dict[str, Running]) -> AsyncIterator[Followers]:
    """The followers, which wait for nothing and read little at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed.consumer, "WAIT_S", 0)
        patch.setattr(feed.consumer, "PAGE", PAGE)
        async with AsyncExitStack() as stack:
            clients = {}
            for name, source in (
                ("interaction", "customer"),
                ("scoring", "customer"),
                ("scoring", "interaction"),
            ):
                signer = Signer.load(running[name].settings.keys, name)
                asking = Principal.of_service(name, "feed:read")
                client = ServiceClient(running[source].url, signer, asking, timeout=30)
                clients[name, source] = await stack.enter_async_context(client)
            yield Followers(running, clients)


@pytest.fixture
def clients(running: dict[str, Running]) -> Clients:
    """Somebody who may do everything, in each service."""
    return {name: one.client() for name, one in running.items()}


@pytest.mark.parametrize("seed", range(WALKS))
async def test_a_walk_ends_where_the_model_does(
    running: dict[str, Running], followers: Followers, clients: Clients, seed: int
) -> None:
    walker, base = Walker(seed, clients), Base(running["scoring"])
    for _ in range(3):
        await walker.order(await walker.create())
    await meet(walker, followers)
    await base.run()
    ways: list[tuple[Callable[[], object], int]] = [
        (walker.create, 1), (walker.edit, 3), (walker.order, 4), (walker.merge, 3), (walker.undo, 2),
        (lambda: followers.stumble(walker), 6),
    ]  # fmt: skip
    for step in range(STEPS):
        (way,) = walker.luck.choices([way for way, _ in ways], [weight for _, weight in ways])
        await way()  # type: ignore[misc]  # each is a coroutine function
        if step % 20 == 19:
            await meet(walker, followers)
            await settle(walker, followers, base)
    while walker.model.merges:
        await walker.undo()
        await followers.stumble(walker)
    await settle(walker, followers, base)
    await walker.check_equal()
    await base.run()
    await walker.check()


async def test_a_short_walk_holds_with_the_right_parts(followers: Followers, clients: Clients) -> None:
    await rehearse(followers, clients)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_caught(
    fault: str, followers: Followers, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, caught_by = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=f"^{caught_by}"):
        await rehearse(followers, clients)


async def rehearse(followers: Followers, clients: Clients) -> None:
    """Walk the shortest way on which every fault matters: sell, merge, sell and edit on, undo."""
    walker = Walker(0, clients)
    base = Base(followers.running["scoring"])
    sold = [await walker.create() for _ in range(2)]
    for id_ in sold:
        await walker.order(id_)
    await settle(walker, followers, base)
    await walker.merge()
    await walker.edit()
    for id_ in sold:
        await walker.order(id_)
    await settle(walker, followers, base)
    await walker.undo()
    await settle(walker, followers, base)
    await walker.check_equal()


async def meet(walker: Walker, followers: Followers) -> None:
    """Sell to a stranger, who then turns out to be a new customer."""
    await followers.catch_up()
    name = f"S{walker.luck.random()}"
    stranger = await walker.order({"system": "erp", "id": name})
    walker.model.strangers[stranger] = await walker.create(name=name)
    await followers.catch_up()


async def settle(walker: Walker, followers: Followers, base: Base) -> None:
    """Let everything arrive, and compare."""
    await followers.catch_up()
    await base.settle()
    await walker.check()
