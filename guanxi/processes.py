"""Starting, finding and ending processes; owns the look into the process table."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SHIM = Path(__file__).with_name("shim.py")
_TABLE = Path("/proc")


@dataclass(frozen=True, slots=True)
class Streams:
    """What a process reads from, and writes both its streams to: descriptors as subprocess takes them."""

    given: int
    output: int | IO[bytes]


def spawn(
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    streams: Streams,
    folder: Path,
    sign: signal.Signals,
    whom: tuple[int, int] = (-1, -1),
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process out of the terminal's reach that gets `sign` when our thread dies; whom: uid, gid."""
    words = [sys.executable, "-I", "-S", str(SHIM), *map(str, (os.getpid(), int(sign), *whom)), *command]
    return subprocess.Popen(  # noqa: S603 - our own programs
        words,
        cwd=folder,
        env=environ,
        stdin=streams.given,
        stdout=streams.output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=descriptors,
    )


def commands() -> Iterator[tuple[int, str]]:
    """Give (pid, command line, arguments parted by spaces) of each process but zombies."""
    if not (_TABLE / "self/cmdline").exists():
        yield from _commands_by_ps()
        return
    for entry in _TABLE.iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:  # it went away while we looked
                continue
            if line:
                yield int(entry.name), line.replace(b"\0", b" ").decode(errors="replace").strip()


def _commands_by_ps() -> Iterator[tuple[int, str]]:
    """Do the same where there is no /proc."""
    ask = ["ps", "-A", "-o", "pid=,stat=,command="]
    table = subprocess.run(ask, capture_output=True, text=True, check=True)  # noqa: S603 - a constant
    for line in table.stdout.splitlines():
        pid, state, command = [*line.split(None, 2), "", ""][:3]
        if command and not state.startswith("Z"):
            yield int(pid), command


def carrying(variable: str, value: str) -> list[int]:
    """Find the processes of ours that were started with this environment variable (Linux; elsewhere none)."""
    mark = f"{variable}={value}".encode()
    found = []
    for pid, _ in commands():
        try:
            environ = (_TABLE / str(pid) / "environ").read_bytes()
        except OSError:  # gone, or another user's
            continue
        if mark in environ.split(b"\0"):
            found.append(pid)
    return [pid for pid in found if pid != os.getpid()]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return (_TABLE / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not _TABLE.joinpath("self/stat").exists()


def end(pids: list[int], *, steps: tuple[tuple[signal.Signals, float], ...]) -> list[int]:
    """Send one signal after another, each with its patience in seconds; answer who still lives."""
    alive = [pid for pid in pids if is_alive(pid)]
    for sign, patience in steps:
        for pid in alive:
            send(pid, sign)
        deadline = time.monotonic() + patience
        while alive and time.monotonic() < deadline:
            time.sleep(0.01)
            alive = [pid for pid in alive if is_alive(pid)]
    return alive


def send(pid: int, sign: signal.Signals, *, group: bool = False) -> None:
    """Signal a process (or its group) that may be gone already."""
    try:
        (os.killpg if group else os.kill)(pid, sign)
    except ProcessLookupError:
        return
