"""What goes wrong, in an order that the seed decides: deaths, standstills, cut answers, long transactions."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

import asyncpg
import psutil

from tests.chaos.followers import Foreign
from tests.chaos.proxy import Proxy
from tests.e2e.system import System

SERVED = (
    *("serve gateway", "serve customer", "serve interaction", "serve scoring"),
    *("worker customer", "worker interaction", "worker scoring"),
)
POSTMASTER, SEQUENCER = " -D ", "worker customer"
STANDSTILL_S, CUT_S, OPEN_S = (1.0, 4.0), (0.5, 2.0), 10.0


class Nemesis:
    """Goes through a shuffled deck of acts again and again; `did` counts them by kind."""

    def __init__(
        self,
        systems: Sequence[System],
        proxies: Sequence[Proxy],
        erp: Foreign,
        owner: str,
        dice: random.Random,
    ) -> None:
        self.systems, self.proxies, self.erp, self.owner, self.dice = systems, proxies, erp, owner, dice
        self.did = Counter[str]()
        self.aside = set[asyncio.Task[None]]()

    @property
    def kills(self) -> int:
        """How many processes it has killed."""
        return sum(times for kind, times in self.did.items() if kind.startswith("kill"))

    async def rage(self, stop: asyncio.Event, pause: float) -> None:
        """Act every `pause` seconds or so until told to stop; leave nothing standing still."""
        for act in self._acts():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.dice.uniform(0.5, 1.5) * pause)
            if stop.is_set():
                break
            await act()
        for task in self.aside:
            task.cancel()
        await asyncio.gather(*self.aside, return_exceptions=True)

    def _acts(self) -> Iterator[Callable[[], Awaitable[None]]]:
        kills = [partial(self._kill, words) for words in SERVED]
        stops = [partial(self._stop, words) for words in SERVED]
        postgres = partial(self._kill, POSTMASTER, "postgres")
        while True:
            some = self.dice.sample(stops, 2)
            deck = [*kills, postgres, self._kill_erp, *some, self._stop_sequencers, self._cut, self._hold]
            self.dice.shuffle(deck)
            yield from deck

    async def _victim(self, words: str) -> psutil.Process:
        """Choose a process of one of the systems; they may just be starting again."""
        while not (found := self._found(words)):  # noqa: ASYNC110 - the process table has no event to wait for
            await asyncio.sleep(0.1)
        return self.dice.choice(found)

    def _found(self, words: str) -> list[psutil.Process]:
        return [each for system in self.systems for each in system.processes(words)]

    async def _kill(self, words: str, name: str = "") -> None:
        victim = await self._victim(words)
        try:
            victim.kill()
        except psutil.NoSuchProcess:  # it died while we looked
            await self._kill(words, name)
        else:
            self.did[f"kill {name or words}"] += 1

    async def _kill_erp(self) -> None:
        self.erp.kill()
        self.erp.start()
        self.did["kill erp"] += 1

    async def _stop(self, words: str) -> None:
        self.did[f"stop {words}"] += 1
        self._beside(self._standstill(await self._victim(words)))

    async def _stop_sequencers(self) -> None:
        """Let changes gather: only what is stamped together can be stamped in a wrong order."""
        self.did["stop all sequencers"] += 1
        for victim in self._found(SEQUENCER):
            self._beside(self._standstill(victim))

    async def _standstill(self, victim: psutil.Process) -> None:
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(self.dice.uniform(*STANDSTILL_S))
            finally:
                victim.send_signal(signal.SIGCONT)

    async def _cut(self) -> None:
        self.did["cut answers"] += 1
        self._beside(self._cutting(self.dice.choice(self.proxies)))

    async def _cutting(self, proxy: Proxy) -> None:
        proxy.cutting = True
        try:
            await asyncio.sleep(self.dice.uniform(*CUT_S))
        finally:
            proxy.cutting = False

    async def _hold(self) -> None:
        self.did["long transaction"] += 1
        self._beside(self._holding())

    async def _holding(self) -> None:
        """Keep a snapshot and a transaction id for ten seconds, and roll back."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(self.owner)
            try:
                await connection.execute("begin isolation level repeatable read; select pg_current_xact_id()")
                await asyncio.sleep(OPEN_S)
            finally:
                connection.terminate()

    def _beside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.aside.add(task)
        task.add_done_callback(self.aside.discard)
