"""How facts go in: once in order, and as they arrive: mixed up, some twice, from four writers, amid kills."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests.e2e.arrivals.people import Side, enter, fold
from tests.e2e.arrivals.sending import Row, Sender
from tests.e2e.arrivals.telling import Fact
from tests.e2e.system import ROOT, System

WRITERS, REPEATED = 4, 0.1
# After which share of the facts what happens: kills, and what people do meanwhile.
KILLS = {0.2: "serve interaction", 0.6: "serve interaction", 0.8: "worker interaction"}
MEANWHILE = 0.5
STARTED_S = 30.0


def rows(side: Side, facts: Sequence[Fact]) -> list[Row]:
    """Return facts as requests: ids stand where customers are named by them."""
    return [(fact.path, _named(side, fact)) for fact in facts]


def in_order(api: httpx.Client, system: System, side: Side, facts: Sequence[Fact]) -> Counter[str]:
    """Send each fact once, in the order in which it happened; late customers come in the middle."""
    sender = Sender(system.address, system.key, random.Random(0))  # noqa: S311 - repeatable
    told, half = rows(side, facts), len(facts) // 2
    list(sender.send(told[:half], batches=500))
    enter(api, side, late=True)
    fold(api, side)
    list(sender.send(told[half:], batches=500))
    sender.late()
    return sender.told


def disordered(told: Sequence[Row], seed: int) -> list[Row]:
    """Return facts in any order, a tenth of them twice: half of these at once, half at any time."""
    dice = random.Random(seed)  # noqa: S311 - repeatable
    marked = [(dice.random(), row) for row in told]
    again = dice.sample(marked, int(len(marked) * REPEATED))
    half = len(again) // 2
    marked += [(place, row) for place, row in again[:half]]
    marked += [(dice.random(), row) for _, row in again[half:]]
    return [row for _, row in sorted(marked, key=lambda each: each[0])]


@dataclass
class Storm:
    """Four writers at work, and what is done to the system meanwhile."""

    system: System
    folder: Path
    told: Sequence[Row]
    killed: list[str] = field(default_factory=list)

    def run(self, meanwhile: Callable[[], None]) -> Counter[str]:
        """Send all; return what the writers say became of it."""
        acts = {share: self._killer(what) for share, what in KILLS.items()} | {MEANWHILE: meanwhile}
        writers = [self._writer(number) for number in range(WRITERS)]
        try:
            for share in sorted(acts):
                while self._done() < share * len(self.told) and not _ended(writers):
                    time.sleep(0.02)
                acts[share]()
            for writer in writers:
                assert writer.wait() == 0, self._said(writer.args[-1])  # type: ignore[index]  # a list
        finally:
            for writer in writers:
                writer.kill()
        return sum((Counter(json.loads(lines[-1])) for lines in map(self._lines, range(WRITERS))), Counter())

    def _writer(self, number: int) -> "subprocess.Popen[bytes]":
        file = self.folder / f"{number}.facts"
        mine = self.told[number::WRITERS]
        file.write_text("".join(f"{json.dumps(row)}\n" for row in mine))
        line = [
            sys.executable,
            "-m",
            "tests.e2e.arrivals.sending",
            self.system.address,
            str(file),
            str(number),
        ]
        known = {**os.environ, "PYTHONPATH": str(ROOT), "GUANXI_KEY": self.system.key}
        with (self.folder / f"{number}.said").open("wb") as said:
            return subprocess.Popen(line, cwd=ROOT, env=known, stdout=said, stderr=subprocess.STDOUT)

    def _killer(self, what: str) -> Callable[[], None]:
        def kill() -> None:
            until = time.monotonic() + STARTED_S
            while not (found := self.system.processes(what)):
                assert time.monotonic() < until, f"{what} is not there"
                time.sleep(0.05)
            found[0].kill()
            psutil.wait_procs(found[:1], timeout=5)
            self.killed.append(what)

        return kill

    def _done(self) -> int:
        return sum(
            int(lines[-1]) for lines in map(self._lines, range(WRITERS)) if lines and lines[-1].isdigit()
        )

    def _lines(self, number: int) -> list[str]:
        return (self.folder / f"{number}.said").read_text().split("\n")[:-1]

    def _said(self, number: object) -> str:
        return (self.folder / f"{number}.said").read_text()[-3000:]


def _named(side: Side, fact: Fact) -> dict[str, object]:
    customer = fact.body.get("customer")
    if customer is None or "$id" not in customer:
        return fact.body
    return {**fact.body, "customer": side.ids[customer["$id"]]}


def _ended(writers: Sequence["subprocess.Popen[bytes]"]) -> bool:
    return all(writer.poll() is not None for writer in writers)
