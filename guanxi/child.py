"""One supervised process; owns its restarts: soon, then ever later while it keeps dying."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from guanxi import copies, processes
from guanxi.console import Log
from guanxi.parts import ROOT

SOONEST, LATEST = 0.1, 5.0  # seconds between death and new life
HEALTHY = 10.0  # seconds of life after which a death is a first one again


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


@dataclass
class Child:
    """A process of ours: `python -m guanxi <arguments>`, in a copy of us `run(arguments)`."""

    name: str
    run: Callable[[Sequence[str]], int]
    arguments: Sequence[str]
    environ: Mapping[str, str]
    log: Log
    descriptors: Sequence[int] = ()
    process: subprocess.Popen[bytes] | copies.Copy | None = None
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        """Start it, as a copy of us where that is possible; it dies with us."""
        self.backoff.born()
        output, words = self.log.writer(self.name), [sys.executable, "-m", "guanxi", *self.arguments]
        if copies.POSSIBLE:
            lot = copies.Lot(" ".join(words), self.environ, output, self.descriptors, ROOT)
            self.process = copies.copy(lambda: self.run(self.arguments), lot)
            return
        self.process = processes.spawn(
            words,
            environ=self.environ,
            streams=processes.Streams(subprocess.DEVNULL, output),
            folder=ROOT,
            sign=signal.SIGKILL,
            descriptors=self.descriptors,
        )

    async def keep(self, died: "Deaths") -> None:
        """Start it again whenever it died, until cancelled."""
        while True:
            self.start()
            code = await died.wait(self.process)
            delay = self.backoff.delay()
            self.log.line(self.name, f"ended ({describe(code)}), starts again in {delay:.1f} s")
            await asyncio.sleep(delay)

    def is_running(self) -> bool:
        """Tell whether it lives."""
        return self.process is not None and self.process.poll() is None


class Deaths:
    """Tells who waits for a process that one of our children ended."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._event.set)

    async def wait(self, process: "subprocess.Popen[bytes] | copies.Copy | None") -> int:
        """Wait for the end of one process; answer its return code."""
        while process is not None and process.poll() is None:
            self._event.clear()
            if process.poll() is None:
                await self._event.wait()
        return 0 if process is None else process.returncode or 0


async def end(children: Sequence[Child], died: Deaths, patience: float) -> None:
    """Ask them to end, then make them; with all that they started."""
    running = [child.process for child in children if child.process is not None and child.is_running()]
    for process in running:
        processes.send(process.pid, signal.SIGTERM)
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
