"""`guanxi up`: the whole system on one machine; owns its order, its restarts and its end."""

import asyncio
import fcntl
import signal
import socket
import time
from contextlib import ExitStack

import asyncpg

from guanxi import processes
from guanxi.child import Backoff, Child, Deaths, describe, end
from guanxi.console import Log, say
from guanxi.development import register
from guanxi.migrate import is_current
from guanxi.parts import GATEWAY, PARTS, SERVICES
from guanxi.places import PlaceError
from guanxi.postgres import EmbeddedPostgres, PostgresError
from guanxi.secrets import Secrets
from guanxi.serve import tcp
from guanxi.settings import Local
from guanxi.surroundings import MARK, Surroundings

PATIENCE = 4.0  # seconds between asking processes to end and making them
WORKERS_AT_LATEST = 5.0  # seconds after the services: until readiness these have the cores for themselves
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class StartError(RuntimeError):
    """The system cannot start; the text is for people."""


def up(local: Local) -> int:
    """Run everything until SIGINT, SIGTERM or SIGHUP; answer the exit code."""
    with ExitStack() as stack:
        try:
            door = stack.enter_context(tcp(local.host, local.port))
        except OSError as error:
            say(f"{local.address} cannot be opened: {error.strerror}. Choose another port with GUANXI_PORT.")
            return 1
        local.home.mkdir(parents=True, exist_ok=True)
        lock = stack.enter_context((local.home / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"The system in {local.home} runs already. Choose another folder with GUANXI_HOME.")
            return 1
        return asyncio.run(System(local, door).run())


class System:
    """The processes of one home, and their database."""

    def __init__(self, local: Local, door: socket.socket) -> None:
        """Take what we were told and the gateway's open port, which outlives the gateway's own restarts."""
        self.local, self.door = local, door
        self.began = time.monotonic()
        self.postgres: EmbeddedPostgres | None = None
        self.children: list[Child] = []

    async def run(self) -> int:
        """Start all, keep all, end all."""
        main = asyncio.create_task(self._live())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                asyncio.get_running_loop().add_signal_handler(number, main.cancel)
        self.log = Log(on_deaf=main.cancel)
        self.deaths = Deaths()
        processes.end(self._left(), steps=((signal.SIGKILL, 5.0),))
        try:
            await main
        except asyncio.CancelledError:
            return 0
        except (PostgresError, PlaceError, StartError) as error:
            self.log.line("guanxi", str(error))
            return 1
        finally:
            await asyncio.shield(self._end())
        return 0

    async def _live(self) -> None:
        """Start in order, then keep alive for ever."""
        around = Surroundings(self.local, await self._database())
        await self._migrate(around)
        self.children = [
            Child(part.name, ["serve", part.name], around.of(part), self.log) for part in SERVICES
        ]
        gateway = Child(GATEWAY.name, ["serve", GATEWAY.name], around.of(GATEWAY, self.door), self.log)
        gateway.descriptors = [self.door.fileno()]
        self.children.append(gateway)
        async with asyncio.TaskGroup() as group:
            if self.postgres is not None:
                group.create_task(self._keep_postgres(self.postgres))
            for child in self.children:
                group.create_task(child.keep(self.deaths))
            ready = group.create_task(self._tell_when_ready())
            await asyncio.wait([ready], timeout=WORKERS_AT_LATEST)
            for part in PARTS:
                if part.has_worker:
                    worker = Child(f"{part.name}-worker", ["worker", part.name], around.of(part), self.log)
                    self.children.append(worker)
                    group.create_task(worker.keep(self.deaths))

    async def _database(self) -> str:
        """Answer the owner's URL of a database that runs."""
        if self.local.database_url is not None:
            return self.local.database_url
        log = self.log.writer("postgres")
        self.postgres = EmbeddedPostgres(self.local.home, log=log, port=self.local.postgres_port)
        if not self.postgres.has_data:
            self.log.line("guanxi", f"makes a database in {self.postgres.folder}")
        await self._start(self.postgres)
        return self.postgres.dsn

    @staticmethod
    async def _start(postgres: EmbeddedPostgres) -> None:
        postgres.launch()
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
                await self._start(postgres)
            except PostgresError as error:
                self.log.line("postgres", str(error))

    async def _migrate(self, around: Surroundings) -> None:
        """Bring the database to its head, in a process of its own, when a look says that it is not there."""
        try:
            if not await is_current(around.owner_url, around.roles):
                self.log.line("guanxi", "migrates the database")
                migrate = Child("migrate", ["migrate"], around.of_owner(), self.log)
                self.children = [migrate]
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
        doors = [child for child in self.children if child.name == GATEWAY.name]
        await end(doors, self.deaths, PATIENCE)
        await end([child for child in self.children if child not in doors], self.deaths, PATIENCE)
        processes.end(self._left(), steps=((signal.SIGKILL, 2.0),))
        if self.postgres is not None:
            self.postgres.stop()
