"""One supervised process; owns its restarts (soon, then ever later while it keeps dying) and its renewal."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from guanxi import copies, processes
from guanxi.console import Log
from guanxi.parts import ROOT
from guanxi.readiness import PIPE, heard

Process = subprocess.Popen[bytes] | copies.Copy
SOONEST, LATEST = 0.1, 5.0  # seconds between death and new life
HEALTHY = 10.0  # seconds of life after which a death is a first one again
COMES_UP = 60.0  # seconds that a new process may take before it answers


class Backoff:
    """How long to wait before the next life."""

    def __init__(self) -> None:
        self._delay = SOONEST
        self._born = time.monotonic()

    def born(self) -> None:
        """Note a beginning."""
        self._born = time.monotonic()

    def delay(self) -> float:
        """Answer the seconds to wait after a death."""
        if time.monotonic() - self._born > HEALTHY:
            self._delay = SOONEST
        now, self._delay = self._delay, min(self._delay * 2, LATEST)
        return now


class ChildError(RuntimeError):
    """A process did not come up; the text is for people."""


@dataclass
class Child:
    """A process of ours: `python -m guanxi <arguments>`, in a copy of us `run(arguments)`."""

    name: str
    run: Callable[[Sequence[str]], int]
    arguments: Sequence[str]
    environ: Mapping[str, str]
    log: Log
    descriptors: Sequence[int] = ()
    process: Process | None = None
    anew: bool = False  # start it as a new interpreter, which reads all code afresh
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        """Start it; it dies with us."""
        self.backoff.born()
        self.process = self._launch(self.environ, self.descriptors, anew=self.anew)

    def _launch(self, environ: Mapping[str, str], descriptors: Sequence[int], *, anew: bool) -> Process:
        """Start a process, as a copy of us where that is possible and wanted."""
        output, words = self.log.writer(self.name), [sys.executable, "-m", "guanxi", *self.arguments]
        if copies.POSSIBLE and not anew:
            lot = copies.Lot(" ".join(words), environ, output, descriptors, ROOT)
            return copies.copy(lambda: self.run(self.arguments), lot)
        return processes.spawn(
            words,
            environ=environ,
            streams=processes.Streams(subprocess.DEVNULL, output),
            folder=ROOT,
            sign=signal.SIGKILL,
            descriptors=descriptors,
        )

    async def keep(self, died: "Deaths") -> None:
        """Start it again whenever it died, until cancelled."""
        self.start()
        while True:
            await died.until(lambda: not self.is_running())
            delay = self.backoff.delay()
            ended = describe(self.process.returncode or 0 if self.process else 0)
            self.log.line(self.name, f"ended ({ended}), starts again in {delay:.1f} s")
            await asyncio.sleep(delay)
            if not self.is_running():  # it may have been renewed meanwhile
                self.start()

    async def renew(self) -> Process | None:
        """Let a new process take over, then ask the old one to end gently; answer the old one.

        ChildError when the new one did not come up: then all stays as it was.
        """
        old = self.process
        reading, writing = os.pipe()
        told = {**self.environ, PIPE: str(writing)}
        try:
            new = self._launch(told, (*self.descriptors, writing), anew=True)
        finally:
            os.close(writing)
        try:
            came_up = await heard(reading, COMES_UP)
        finally:
            os.close(reading)
        if not came_up:
            processes.send(new.pid, signal.SIGKILL, group=True)
            new.wait()
            raise ChildError(f"the new {self.name} did not come up; the log says more")
        self.process, self.anew = new, True
        self.backoff.born()
        if old is not None and old.poll() is None:
            processes.send(old.pid, signal.SIGTERM)
        return old

    def is_running(self) -> bool:
        """Tell whether it lives."""
        return self.process is not None and self.process.poll() is None


class Deaths:
    """Tells who waits for a process that one of our children ended."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._event.set)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that the end of a process makes true."""
        while not true():
            self._event.clear()
            if not true():
                await self._event.wait()

    async def wait(self, process: Process | None) -> int:
        """Wait for the end of one process; answer its return code."""
        if process is None:
            return 0
        await self.until(lambda: process.poll() is not None)
        return process.returncode or 0


async def end(
    them: Sequence[Process | None], died: Deaths, patience: float, sign: signal.Signals | None = None
) -> None:
    """Ask them to end by `sign`, unless that was done before; then make them, with all that they started."""
    running = [process for process in them if process is not None and process.poll() is None]
    for process in running:
        if sign is not None:
            processes.send(process.pid, sign)
    try:
        async with asyncio.timeout(patience):
            for process in running:
                await died.wait(process)
    except TimeoutError:
        pass
    for process in running:
        processes.send(process.pid, signal.SIGKILL, group=True)
        process.wait()


def describe(code: int) -> str:
    """Say how a process ended."""
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name
