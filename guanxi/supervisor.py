"""`guanxi up`: the whole system on one machine; owns its order, its restarts and its end."""

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from typing import cast

import asyncpg

from guanxi import control, copies, processes
from guanxi.child import Backoff, Child, ChildError, Deaths, describe, end
from guanxi.console import Log, say
from guanxi.development import register
from guanxi.migrate import is_current
from guanxi.parts import GATEWAY, PARTS, SERVICES
from guanxi.places import PlaceError
from guanxi.postgres import EmbeddedPostgres, PostgresError
from guanxi.secrets import Secrets
from guanxi.serve import DRAIN, tcp
from guanxi.settings import Local
from guanxi.surroundings import MARK, Surroundings

PATIENCE = 4.0  # seconds between asking processes to end and making them
WORKERS_AT_LATEST = 5.0  # seconds after the services: until readiness these have the cores for themselves
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class StartError(RuntimeError):
    """The system cannot start; the text is for people."""


Command = Callable[[Sequence[str]], int]
HOPELESS = (PostgresError, PlaceError, StartError)


def up(local: Local, run: Command) -> int:
    """Run everything until SIGINT, SIGTERM or SIGHUP; answer the exit code. `run` is the command line."""
    home = str(local.home)
    if copies.POSSIBLE and os.environ.get(MARK) != home:
        # Once more, with the mark that our copies shall carry: the kernel shows what a program began with.
        environ = copies.with_room({**os.environ, MARK: home})
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environ)  # noqa: S606 - ourselves
    with ExitStack() as stack:
        try:
            door = stack.enter_context(tcp(local.host, local.port))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            say(f"{local.address} cannot be opened: {reason}. Choose another port with GUANXI_PORT.")
            return 1
        local.home.mkdir(parents=True, exist_ok=True)
        lock = stack.enter_context((local.home / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"The system in {local.home} runs already. Choose another folder with GUANXI_HOME.")
            return 1
        return asyncio.run(System(local, door, run).run())


class System:
    """The processes of one home, and their database."""

    log: Log
    deaths: Deaths
    postgres: EmbeddedPostgres | None = None

    def __init__(self, local: Local, door: socket.socket, command: Command) -> None:
        """Take what we were told and the gateway's open port, which outlives the gateway's own restarts."""
        self.local, self.door, self.command = local, door, command
        self.doors = {GATEWAY.name: door}
        self.renewing = asyncio.Lock()
        self.began = time.monotonic()
        self.children: list[Child] = []

    async def run(self) -> int:
        """Start all, keep all, end all; answer the exit code.

        A second signal cuts the end short: then the children die with us, by the kernel's hand.
        """
        this = cast("asyncio.Task[int]", asyncio.current_task())
        self.log, self.deaths = Log(on_deaf=this.cancel), Deaths()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a lost terminal is no reason; SIGINT counts even where a shell ignores it.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, this.cancel)
        code = 0
        try:
            await self._live()
        except* HOPELESS as errors:
            self.log.line("guanxi", *map(str, errors.exceptions))
            code = 1
        except* asyncio.CancelledError:
            this.uncancel()
        finally:
            await self._end()
        return code

    async def _live(self) -> None:
        """Start in order, then keep alive for ever.

        Where there are data already, the services start beside the database: their imports take longer than
        all that it does, and they wait for it.
        """
        processes.end(self._left(), steps=((signal.SIGKILL, 5.0),))
        if self.local.database_url is None:
            log, port = self.log.writer("postgres"), self.local.postgres_port
            self.postgres = EmbeddedPostgres(self.local.home, log=log, port=port)
        known = self.postgres is not None and self.postgres.has_data
        around = Surroundings(self.local, self._launch())
        self.doors |= around.doors()
        if copies.POSSIBLE:
            copies.preload()
        async with asyncio.TaskGroup() as group:
            if known:
                self._serve(group, around)
            if self.postgres is not None:
                await self._until_answering(self.postgres)
                group.create_task(self._keep_postgres(self.postgres))
            await self._migrate(around)
            if not known:
                self._serve(group, around)
            ready = group.create_task(self._tell_when_ready())
            await asyncio.wait([ready], timeout=WORKERS_AT_LATEST)
            for part in PARTS:
                if part.has_worker:
                    name, environ = f"{part.name}-worker", around.of(part, self.doors)
                    self._keep(group, Child(name, self.command, ["worker", part.name], environ, self.log))
            await control.listen(around.sockets, self._renew)

    def _serve(self, group: asyncio.TaskGroup, around: Surroundings) -> None:
        """Start the services and the gateway."""
        for part in (*SERVICES, GATEWAY):
            environ, door = around.of(part, self.doors), [self.doors[part.name].fileno()]
            self._keep(group, Child(part.name, self.command, ["serve", part.name], environ, self.log, door))

    def _keep(self, group: asyncio.TaskGroup, child: Child) -> None:
        self.children.append(child)
        group.create_task(child.keep(self.deaths))

    async def _renew(self, names: Sequence[str]) -> AsyncIterator[str]:
        """Renew some children, or all, one after another; end when the old processes are gone."""
        known = {child.name: child for child in self.children}
        if strange := set(names) - known.keys():
            raise control.ControlError(f"{', '.join(strange)}: the parts are {', '.join(known)}")
        async with self.renewing:
            old = []
            for name in names or known:
                try:
                    old.append(await known[name].renew())
                except ChildError as error:
                    raise control.ControlError(str(error)) from error
                self.log.line("guanxi", f"renewed {name}")
                yield name
            await end(old, self.deaths, DRAIN)

    def _launch(self) -> str:
        """Answer the owner's URL of a database that runs, or will at once."""
        if self.postgres is None:
            return self.local.database_url or ""
        if not self.postgres.has_data:
            self.log.line("guanxi", f"makes a database in {self.postgres.folder}")
        self.postgres.launch()
        return self.postgres.dsn

    @staticmethod
    async def _until_answering(postgres: EmbeddedPostgres) -> None:
        while not postgres.is_ready():  # noqa: ASYNC110 - Postgres says it in a file
            await asyncio.sleep(0.01)

    async def _keep_postgres(self, postgres: EmbeddedPostgres) -> None:
        """Start it again whenever it died; it recovers by itself."""
        backoff = Backoff()
        while True:
            backoff.born()
            code = await self.deaths.wait(postgres.process)
            delay = backoff.delay()
            self.log.line("postgres", f"ended ({describe(code)}), starts again in {delay:.1f} s")
            await asyncio.sleep(delay)
            try:
                postgres.launch()
                await self._until_answering(postgres)
            except PostgresError as error:
                self.log.line("postgres", str(error))

    async def _migrate(self, around: Surroundings) -> None:
        """Bring the database to its head, in a process of its own, when a look says that it is not there."""
        try:
            if not await is_current(around.owner_url, around.roles):
                self.log.line("guanxi", "migrates the database")
                migrate = Child("migrate", self.command, ["migrate"], around.of_owner(), self.log)
                migrate.start()
                if await self.deaths.wait(migrate.process) != 0:
                    message = "The database could not be migrated."
                    raise StartError(message)
            await register(around.owner_url, Secrets(self.local.home).development_key)
        except UNREACHABLE as error:
            message = f"The database cannot be used: {error}"
            raise StartError(message) from error

    async def _tell_when_ready(self) -> None:
        """Wait for the gateway, which waits for all others; then say how to reach it."""
        while not await self._is_ready():  # noqa: ASYNC110 - the gateway says it over HTTP
            await asyncio.sleep(0.05)
        self.log.line(
            "guanxi",
            f"ready in {time.monotonic() - self.began:.1f} s",
            f"address          {self.local.address}  (documentation: {self.local.address}/docs)",
            f"development key  {Secrets(self.local.home).development_key}",
        )

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection(*self.door.getsockname()[:2])
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                status = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        return b" 200 " in status

    def _left(self) -> list[int]:
        """Find what carries our home's mark: left by a supervisor that was killed, or by a child of ours."""
        return processes.carrying(MARK, str(self.local.home))

    async def _end(self) -> None:
        """Stop the door first, then those behind it, then their database."""
        self.log.line("guanxi", "ends")
        door = [child.process for child in self.children if child.name == GATEWAY.name]
        others = [child.process for child in self.children if child.name != GATEWAY.name]
        for them in (door, others):
            await end(them, self.deaths, PATIENCE, signal.SIGINT)
        processes.end(self._left(), steps=((signal.SIGKILL, 2.0),))
        if self.postgres is not None:
            self.postgres.stop()
