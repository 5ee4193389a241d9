"""One run: two systems, eight writers, three foreign systems, a nemesis; then silence and judgement."""

import asyncio
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import sqlalchemy as sa

from feed.sequencer import prune, renew
from feed.tables import Feed
from guanxi.roles import roles
from tests.chaos.durability import weakened
from tests.chaos.evidence import Evidence, Refusal
from tests.chaos.followers import Foreign
from tests.chaos.gathering import MAIN, gather, read_again
from tests.chaos.invariants import copies_equal_their_source, judge
from tests.chaos.lanes import lanes
from tests.chaos.nemesis import Nemesis
from tests.chaos.proxy import Proxy
from tests.chaos.writers import ROWS, World, Writer
from tests.e2e.system import System

WRITERS, QUIET_S, LONGEST_S = 8, 90.0, 1500.0
FEED = Feed(sa.MetaData(schema=MAIN), f"/{MAIN}")
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many events and kills at the least, and the seconds between two acts of the nemesis."""

    seed: int
    events: int
    kills: int
    pause: float


@dataclass(slots=True)
class Report:
    """What happened, and what violated which invariant."""

    plan: Plan
    events: int = 0
    seconds: float = 0.0
    did: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)
    logs: Path | None = None

    def __str__(self) -> str:
        counted = (self.did, self.outcomes, self.compared)
        did, outcomes, compared = (", ".join(f"{k} {n}" for k, n in sorted(c.items())) for c in counted)
        lines = [
            f"seed {self.plan.seed}: {self.events} events in {self.seconds:.0f} s, {self.kills} kills",
            f"  nemesis     {did}",
            f"  operations  {outcomes}",
            f"  records     {compared}",
            f"  cursors     {self.expired} expired on the way",
            f"  violations  {sum(map(len, self.violations.values()))}",
        ]
        for name, wrong in self.violations.items():
            lines += [f"    {name}: {len(wrong)}", *(f"      {each[:500]}" for each in wrong[:5])]
        return "\n".join([*lines, f"  logs in {self.logs}"] if self.logs else lines)

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(times for kind, times in self.did.items() if kind.startswith("kill"))


def torture(plan: Plan) -> Report:
    """Run it all; what the systems wrote is kept where something was violated."""
    folder = Path(tempfile.mkdtemp(prefix="guanxi-torture-"))
    began = time.monotonic()
    with lanes(folder) as (first, second, owner):
        report = asyncio.run(Storm(plan, folder, (first, second), owner).run())
    report.seconds = time.monotonic() - began
    if report.violations:
        report.logs = folder
    else:
        shutil.rmtree(folder)
    return report


class Storm:
    """Everything that one run holds together."""

    def __init__(self, plan: Plan, folder: Path, systems: tuple[System, System], owner: str) -> None:
        self.plan, self.folder, self.systems, self.owner = plan, folder, systems, owner
        self.key = systems[0].key

    async def run(self) -> Report:
        """Storm, wait for silence, judge."""
        dice = random.Random(f"{self.plan.seed} nemesis")  # noqa: S311 - repeatable
        proxies = [Proxy(system.address, self.plan.seed) for system in self.systems]
        self.addresses = tuple([await proxy.open() for proxy in proxies])
        self.world = World(self.addresses, self.key, self.plan.events)
        self.witness, self.late, self.sleeper = (
            Foreign(self.folder, name, self.addresses, self.key) for name in ("witness", "late", "sleeper")
        )
        self.nemesis = Nemesis(self.systems, proxies, self.witness, self.owner, dice)
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as self.http:
            try:
                self.first = await self._cursor(limit=1)
                await self._storm()
                return await self._judge(proxies)
            finally:
                for foreign in (self.witness, self.late, self.sleeper):
                    foreign.kill()
                for proxy in proxies:
                    proxy.close()

    async def _storm(self) -> None:
        """Write and wreck until there is enough of both; the long-lived events of a run happen on the way."""
        stop = asyncio.Event()
        self.witness.start()
        self.sleeper.start()
        async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
            for number in range(WRITERS):
                group.create_task(Writer(self.world, number, self.plan.seed).work(stop))
            group.create_task(self.nemesis.rage(stop, self.plan.pause))
            await self._until(lambda: self._share() >= 0.2 and self.sleeper.position(f"/{MAIN}") > 0)
            self.sleeper.kill()
            await self._until(lambda: self._share() >= 0.35)
            self.late.begin = "snapshot"
            self.late.start()
            await self._until(lambda: self._share() >= 0.5 and self._slept())
            await self._patiently(lambda line: prune(line, FEED, self.witness.position(f"/{MAIN}")))
            self.sleeper.start()
            await self._until(lambda: self._share() >= 1 and self.nemesis.kills >= self.plan.kills)
            stop.set()

    def _roles(self) -> list[str]:
        home = self.systems[0].home
        return [role.url for role in roles(self.owner, home, {}).values()]

    def _share(self) -> float:
        return self.world.events / self.plan.events

    def _slept(self) -> bool:
        """Whether a prune ends above where the sleeper stands: it takes headers, of ROWS entries at most."""
        return self.witness.position(f"/{MAIN}") > self.sleeper.position(f"/{MAIN}") + ROWS

    async def _judge(self, proxies: list[Proxy]) -> Report:
        report = Report(self.plan, self.world.events, did=self.nemesis.did)
        seen = await self._silence()
        address = self.systems[1].address
        seen.again = await read_again(self.http, address)
        report.expired = sum(row["expired"] for row in self.sleeper.read("select expired from place"))
        last = await self._cursor(limit=1)
        seen.refusals = [await self._refusal("expired", self.first)]
        await self._patiently(lambda line: renew(line, FEED))
        seen.refusals.append(await self._refusal("foreign", last))
        report.compared.update({name: len(copy.held) for name, copy in seen.copies.items()})
        report.outcomes = Counter(operation.outcome.value for operation in seen.operations)
        report.did["answers cut"] = sum(proxy.cut for proxy in proxies)
        report.did["answers repeated"] = self.world.replayed
        report.violations = judge(seen)
        more = {
            "no_answer_without_a_reason": self.world.surprises,
            "commits_are_synchronous": await weakened(self._roles()),
        }
        report.violations |= {name: wrong for name, wrong in more.items() if wrong}
        return report

    async def _silence(self) -> Evidence:
        """Return the evidence once all followers have come to the end, or after a while in vain."""
        until = time.monotonic() + QUIET_S
        others = (self.late, self.sleeper)
        while True:
            try:
                seen = await gather(self.owner, self.world, self.witness, others)
            except asyncpg.SyntaxOrAccessError:  # our own mistake, which no patience mends
                raise
            except AWAY:
                await asyncio.sleep(0.5)
                continue
            told = {source: len(seen.told.get(source, ())) for source in seen.heads}
            missing = judge(seen, copies_equal_their_source)
            if (told == seen.heads and not missing) or time.monotonic() > until:
                return seen
            await asyncio.sleep(0.5)

    async def _cursor(self, **asked: object) -> str:
        answer = await self.http.get(f"{self.systems[0].address}/v1/changes", params=asked)
        cursor: str = answer.raise_for_status().json()["next"]
        return cursor

    async def _refusal(self, name: str, cursor: str) -> Refusal:
        answer = await self.http.get(f"{self.systems[1].address}/v1/changes", params={"after": cursor})
        return Refusal(name, answer.status_code)

    async def _patiently(self, act: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
        """Do something in the database, which may just be dead."""
        while True:
            try:
                line = await asyncpg.connect(self.owner)
                try:
                    await act(line)
                finally:
                    line.terminate()
            except AWAY:
                await asyncio.sleep(0.2)
            else:
                return

    @staticmethod
    async def _until(true: Callable[[], bool]) -> None:
        while not true():  # noqa: ASYNC110 - processes and their files have no event to wait for
            await asyncio.sleep(0.1)
