"""What the command line says to people; owns the one log of all processes."""

import asyncio
import os
import sys
import time
from collections.abc import Callable

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)  # SGR foregrounds that read on dark and on light
WIDTH = 18


def say(text: str) -> None:
    """Write a line for people, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Log:
    """Gathers what the processes write; each line leaves with the time and its process's name before it."""

    def __init__(self, on_deaf: Callable[[], object]) -> None:
        """Take what to do when nobody reads our output any more."""
        self._on_deaf = on_deaf
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._writers: dict[str, int] = {}

    def writer(self, name: str) -> int:
        """Answer the descriptor that a process of this name writes to; one for all its lives."""
        if name not in self._writers:
            reading, self._writers[name] = os.pipe()
            os.set_blocking(reading, False)
            rest = bytearray()
            asyncio.get_running_loop().add_reader(reading, self._read, reading, name, rest)
        return self._writers[name]

    def line(self, name: str, *lines: str) -> None:
        """Write lines of one process at once: busy services write thousands a second."""
        label = f"{time.strftime('%H:%M:%S')} {name:<{WIDTH}}"
        if self._coloured:
            colour = COLOURS[sum(name.encode()) % len(COLOURS)]
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            say("\n".join(f"{label} {line}" for line in lines))
        except BrokenPipeError:
            self._on_deaf()

    def _read(self, reading: int, name: str, rest: bytearray) -> None:
        rest += os.read(reading, 1 << 16)
        *lines, last = rest.split(b"\n")
        if written := [line.decode(errors="replace").rstrip() for line in lines if line.strip()]:
            self.line(name, *written)
        rest[:] = last
