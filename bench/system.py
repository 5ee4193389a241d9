"""The system under test: started as `guanxi up` starts it, in a home of its own, and seen from outside."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import asyncpg
import httpx
import psutil

from bench import derived
from bench.dataset import Slice
from bench.loading import Loaded, load
from guanxi.binaries import programs
from guanxi.keys import key_folders
from guanxi.parts import PARTS, ROOT
from guanxi.places import Account
from guanxi.postgres import EmbeddedPostgres
from guanxi.roles import Role, roles
from guanxi.secrets import Secrets
from guanxi.settings import Local
from guanxi.surroundings import Surroundings
from shared.auth import Principal, Signer
from shared.pagination import Cursors

ANYBODY = Principal("development", frozenset("*"), source="development")
SERVED = ("gateway", "customer", "interaction", "scoring")
READY_S = 120
_UNSCORED = "select (select count(*) from scoring.scores) < (select count(*) from scoring.states)"
_RUNNING = "select exists (select from scoring.scoring_runs where status in ('queued', 'running'))"
_TICK = os.sysconf("SC_CLK_TCK")
_ROLE = re.compile(r"guanxi_(\w+) ")
Seconds = dict[str, float]


@dataclass(frozen=True)
class System:
    """A running system; `supervisor` is the process of `guanxi up`."""

    local: Local
    supervisor: "subprocess.Popen[bytes]"

    @cached_property
    def server(self) -> EmbeddedPostgres:
        """The database server, for its address and its programs only."""
        return EmbeddedPostgres(self.local.home)

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets of the home."""
        return Secrets(self.local.home)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """As whom each service logs in to the database."""
        return roles(self.server.dsn, self.local.home, {})

    def dsn(self, service: str) -> str:
        """Return the database address with which a service logs in."""
        return self.roles[service].url

    def socket(self, service: str) -> str:
        """Return where a service listens, "unix:/path"."""
        return f"unix:{Surroundings(self.local, self.server.dsn).sockets}/{service}.sock"

    def program(self, name: str) -> Path:
        """Return one of the server's programs."""
        return programs(self.server.folder, Account.for_server()) / name

    def identity(self, principal: Principal = ANYBODY) -> str:
        """Return a signed identity, as the gateway sends it to services; good for a minute and a half."""
        keys = key_folders(self.local.home, tuple(part.name for part in PARTS))
        return Signer.load(keys["gateway"], "gateway").token(principal)

    @property
    def cursors(self) -> Cursors:
        """What signs cursors in this system."""
        return Cursors(bytes.fromhex(self.secrets.cursor_secret))

    @cached_property
    def _processes(self) -> dict[str, list[psutil.Process]]:
        """Our own processes: each part's, all "workers", the "postmaster"."""
        found = defaultdict[str, list[psutil.Process]](list)
        for process in psutil.Process(self.supervisor.pid).children(recursive=True):
            line = process.cmdline()
            what = " ".join(line).partition("-m guanxi ")[2].split()
            if what[:1] == ["serve"]:
                found[what[1]].append(process)
            elif what[:1] == ["worker"]:
                found["workers"].append(process)
            elif line and Path(line[0]).name == "postgres" and "-D" in line:
                found["postmaster"].append(process)
        return found

    def cpu(self) -> Seconds:
        """Return the CPU seconds so far of each served part, of all workers, and of Postgres.

        "postgres" is all of it, "pg <part>" what a part's role has it do in connections that are still open.
        """
        names = (*SERVED, "workers")
        used = {name: sum(_spent(each.pid) for each in self._processes[name]) for name in names}
        (master,) = self._processes["postmaster"]
        ended = master.cpu_times()
        used["postgres"] = ended.children_user + ended.children_system
        for backend in master.children():
            spent = _spent(backend.pid)
            used["postgres"] += spent
            if role := _ROLE.search(" ".join(_title(backend))):
                whose = f"pg {role[1]}"
                used[whose] = used.get(whose, 0.0) + spent
        return used

    async def load(self, part: Slice, loaded: Loaded) -> None:
        """Load a slice, and wait until all its customers have a score."""
        if not part.start.customers:
            await self._target()
        await load(self.server.dsn, part, self.cursors, loaded)
        owner = await asyncpg.connect(self.server.dsn)
        try:
            with loaded.phase("scores"):
                await self._score(owner)
        finally:
            await owner.close()

    def ask(self, sql: str, *given: object) -> asyncpg.Record:
        """Return a row of the database, as its owner."""
        return asyncio.run(self._ask(sql, given))

    async def _ask(self, sql: str, given: Sequence[object]) -> asyncpg.Record:
        owner = await asyncpg.connect(self.server.dsn)
        try:
            (row,) = await owner.fetch(sql, *given)
        finally:
            await owner.close()
        return row

    async def _target(self) -> None:
        """Say how often customers are to be talked to, while there are none: nothing has to be swept."""
        async with self._client() as client:
            (await client.post("/v1/contact-targets", json={"days": derived.TARGET_DAYS})).raise_for_status()

    def _client(self) -> httpx.AsyncClient:
        key = {"Authorization": f"Bearer {self.secrets.development_key}"}
        return httpx.AsyncClient(base_url=self.local.address, headers=key)

    async def _score(self, owner: asyncpg.Connection) -> None:
        """Have runs done until every customer with facts has a score."""
        async with self._client() as client:
            pause = 0.1
            while await owner.fetchval(_UNSCORED):
                if not await owner.fetchval(_RUNNING):
                    await client.post("/v1/scoring-runs", json={})
                await asyncio.sleep(pause := min(2 * pause, 3.0))  # the question counts all customers
            while await owner.fetchval(_RUNNING):  # noqa: ASYNC110 - the worker says it in a table
                await asyncio.sleep(0.1)


def _title(process: psutil.Process) -> list[str]:
    """Return the command line, in which Postgres tells what a process does; nothing once it has ended."""
    try:
        line: list[str] = process.cmdline()
    except psutil.NoSuchProcess:
        return []
    return line


def _spent(pid: int) -> float:
    """Return the CPU seconds of a process; the kernel counts them exactly, in hundredths."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK


@contextmanager
def running() -> Iterator[System]:
    """Run `guanxi up` in a new home until the block ends; the home and its database are removed."""
    folder = Path(tempfile.mkdtemp(prefix="guanxi-bench-"))
    port = _free_port()
    environ = {**os.environ, "GUANXI_HOME": str(folder), "GUANXI_PORT": str(port), "GUANXI_LOG": "json"}
    environ.pop("GUANXI_DATABASE_URL", None)
    with Path(f"{folder}.log").open("wb") as log:
        command = [sys.executable, "-m", "guanxi", "up"]
        supervisor = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    system = System(Local.of(environ), supervisor)
    try:
        _await_ready(system)
        yield system
    finally:
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(30)
        system.server.destroy()
        shutil.rmtree(folder)
        Path(f"{folder}.log").unlink()


def _await_ready(system: System) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if system.supervisor.poll() is not None:
            raise RuntimeError(f"guanxi up ended, see {system.local.home}.log")
        with suppress(httpx.TransportError):
            if httpx.get(f"{system.local.address}/readyz").is_success:
                return
        time.sleep(0.1)
    raise TimeoutError(f"not ready after {READY_S} s, see {system.local.home}.log")


def _free_port() -> int:
    """Return a free loopback port below the ephemeral range."""
    for port in range(20_000 + os.getpid() % 5_000, 32_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")
