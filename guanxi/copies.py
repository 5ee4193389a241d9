"""Processes that begin as copies of this one; owns what is imported once for all, and what a copy sheds."""

import asyncio
import ctypes
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guanxi.shim import PR_SET_PDEATHSIG

POSSIBLE = sys.platform.startswith("linux")
ROOM = "GUANXI_ROOM"  # a variable at the head of our environment, over whose memory a copy's name may run
COMMON = ("uvicorn", "uvloop", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "web.app", "feed.routes")
HIGHEST = 1 << 20  # no descriptor of ours is above
_LIBC = ctypes.CDLL(None, use_errno=True) if POSSIBLE else None


def preload() -> None:
    """Import what every service imports: three quarters of its start."""
    gc.disable()
    for name in COMMON:
        importlib.import_module(name)
    gc.freeze()  # so that collections in the copies leave these pages shared
    gc.enable()


def with_room(environ: Mapping[str, str]) -> dict[str, str]:
    """Put the room for names before all other variables."""
    return {ROOM: " " * 200, **environ}


@dataclass
class Copy:
    """A child of ours, used as a Popen is."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Answer how it ended, if it has."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int:
        """Wait for its end."""
        code = self._reap(0)
        return 0 if code is None else code

    def _reap(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


@dataclass(frozen=True, slots=True)
class Lot:
    """What a copy gets in place of what we have."""

    title: str
    environ: Mapping[str, str]
    output: int
    descriptors: Sequence[int]
    folder: Path


def copy(run: Callable[[], int], lot: Lot) -> Copy:
    """Fork; the copy runs `run` and ends with its answer, or is killed when our thread dies.

    To be called from the main thread of a process without others.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return Copy(pid)
    code = 1
    try:
        _shed(parent, lot)
        code = run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing may run on into the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _shed(parent: int, lot: Lot) -> None:
    """Let go of the parent's terminal, signals, files, event loop and environment."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before we were bound to it
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (lot.output, 1), (lot.output, 2)):
        os.dup2(source, target)
    kept = sorted({2, *lot.descriptors})
    for low, high in zip(kept, [*kept[1:], HIGHEST], strict=True):
        os.closerange(low + 1, high)
    asyncio._set_running_loop(None)  # noqa: SLF001 - given out for those who make loops; ours is the parent's
    os.environ.clear()
    os.environ.update({key: value for key, value in lot.environ.items() if key != ROOM})
    os.chdir(lot.folder)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream
    _name(lot.title)


def _name(title: str) -> None:
    """Write the title where the kernel keeps our command line; what is longer than it runs into ROOM."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start, arg_end: 48 and 49 of proc(5)
    if start:
        room = end - start + 150
        written = title.encode()[:room].ljust(end - start) + b"\0"
        ctypes.memmove(start, written, len(written))
