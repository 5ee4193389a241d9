"""A whole system as its operator starts it: real processes, a home and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
import psutil

from tests.support import homes
from tests.support.homes import HOMES, ROOT, settle
from tests.support.tls import TLS

READY_S = 120.0


@dataclass(frozen=True)
class System:
    """A running system: where it listens, what its home is, and its supervisor."""

    address: str
    home: Path
    supervisor: "subprocess.Popen[bytes]"

    @cached_property
    def key(self) -> str:
        """The development key, as `make -s key` prints it."""
        return self.command("key").stdout.strip()

    def command(self, *words: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run `guanxi <words>` against this system."""
        line = [sys.executable, "-m", "guanxi", *words]
        return subprocess.run(
            line,
            cwd=ROOT,
            env=self.environment(),
            text=True,
            capture_output=True,
            timeout=timeout,
            check=True,
        )

    def environment(self) -> dict[str, str]:
        """Return what a command needs in order to speak to this system."""
        port = self.address.rpartition(":")[2]
        return {**homes.environment(self.home), "GUANXI_PORT": port}

    def client(self, **options: object) -> httpx.Client:
        """Return a client that carries the development key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, verify=TLS, **options)  # type: ignore[arg-type]  # httpx's own

    def processes(self, words: str) -> list[psutil.Process]:
        """Return the processes of this system whose command line holds some words."""
        found = []
        for process in psutil.Process(self.supervisor.pid).children(recursive=True):
            try:
                if words in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:  # it died while we looked
                continue
        return found

    def wait_ready(self, seconds: float = READY_S) -> float:
        """Wait until the gateway says that everything has been ready; return how long that took."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5, verify=TLS).status_code == 200:
                    return time.monotonic() - started
            except httpx.TransportError:
                pass
            if self.supervisor.poll() is not None:
                raise RuntimeError(f"guanxi up ended with {self.supervisor.returncode}; see {self.home}.log")
            time.sleep(0.05)
        raise TimeoutError(f"not ready after {seconds} s; see {self.home}.log")


def free_port() -> int:
    """Return a free loopback port below the ephemeral range."""
    for port in range(21_000 + os.getpid() % 5_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


@contextmanager
def running(home: Path, *, fresh: bool = False, **environment: str) -> Iterator[System]:
    """Run `guanxi up` in a home until the block ends, then see that it leaves no process behind.

    A new home is a copy of one that is lived in, unless it is to be `fresh`.
    """
    HOMES.add(home)
    port = free_port()
    settings = {**homes.environment(home), **environment, "GUANXI_PORT": str(port)}
    if not (fresh or home.exists() or "GUANXI_DATABASE_URL" in settings):
        settle(home)
    with Path(f"{home}.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "guanxi", "up"],
            cwd=ROOT,
            env=settings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    system = System(f"http://127.0.0.1:{port}", home, supervisor)
    try:
        system.wait_ready()
        yield system
    finally:
        stop(system)


def stop(system: System, seconds: float = 20) -> None:
    """Stop a system as Ctrl-C does; an error if anything of it is left."""
    if system.supervisor.poll() is not None:
        return
    children = psutil.Process(system.supervisor.pid).children(recursive=True)
    for child in children:
        if child.is_running() and child.status() == psutil.STATUS_STOPPED:
            child.send_signal(signal.SIGCONT)
    system.supervisor.send_signal(signal.SIGINT)
    system.supervisor.wait(seconds)
    _, alive = psutil.wait_procs(children, timeout=2)
    if alive:
        raise RuntimeError(f"left behind: {alive}")
