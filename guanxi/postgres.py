"""The embedded PostgreSQL server of one home; owns its data, its start, its recovery and its end."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from guanxi import processes
from guanxi.binaries import programs
from guanxi.places import Account, give, own, server_folder, socket_folder, token
from guanxi.secrets import Secrets

OWNER = DATABASE = "guanxi"
STARTING = 600.0  # seconds: recovery after a crash replays at most max_wal_size
_FAST = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_ORPHANED = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0))
_LEAST, _MOST = 128, 4096  # MB of shared buffers; a server that needs more is not an embedded one
_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")
_CONFIGURATION = {  # kept in the data folder's postgresql.conf, where an operator may change it
    "max_connections": "200",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
}


class PostgresError(RuntimeError):
    """The server could not be started; the text holds its own last words."""


class AlreadyRunningError(PostgresError):
    """Another process runs the server of this home."""


class EmbeddedPostgres:
    """`start()` answers the owner's DSN, `stop()` leaves no process; one at a time per home.

    A server that outlived its supervisor, stale lock files and an initdb that was cut short are cleared
    by `start()`. The server dies with the thread that started it: start it from the main thread.
    """

    def __init__(self, home: Path, *, log: int | IO[bytes] | None = None, port: int | None = None) -> None:
        """Take the home; `log` is where the server's words go (else a file), `port` opens loopback TCP."""
        self.home = home.resolve()
        self.port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._account = Account.for_server()

    @cached_property
    def folder(self) -> Path:
        """Where server and data live; not always inside the home."""
        self.home.mkdir(parents=True, exist_ok=True)
        folder = server_folder(self.home, self._account)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        return folder

    @property
    def has_data(self) -> bool:
        """Whether this home has had a server before."""
        return (self._data / "PG_VERSION").exists()

    @property
    def dsn(self) -> str:
        """The owner's DSN over the Unix socket; good while the server runs, whoever started it."""
        query = urlencode({"host": str(self._sockets), "port": str(self.port or 5432)}, quote_via=quote)
        return f"postgresql://{OWNER}:{quote(Secrets(self.home).owner_password)}@/{DATABASE}?{query}"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server we started, if any."""
        return self._process

    def start(self) -> str:
        """Start and wait until the server answers; answer the owner's DSN."""
        try:
            self.launch()
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTING
        while not self.is_ready():
            if time.monotonic() > deadline:
                message = f"Postgres was not ready in {STARTING:.0f} s."
                raise PostgresError(message)
            time.sleep(0.01)

    def launch(self) -> None:
        """Claim the home, clear what an earlier life left, make the data if need be, start; does not wait."""
        self._claim()
        self._end_leftovers()
        if not self.has_data:
            self._initialize()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        for stale in self._sockets.glob(".s.PGSQL.*"):
            stale.unlink()
        listen = "127.0.0.1" if self.port else ""
        options = {
            "listen_addresses": listen,
            "port": str(self.port or 5432),
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "cluster_name": self._mark,
        }
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *arguments]
        with self._log_file() as log:
            self._process = self._spawn(command, log)

    def is_ready(self) -> bool:
        """Tell whether the launched server answers; raises PostgresError when it ended instead."""
        if self._process is None or self._process.poll() is not None:
            message = f"Postgres did not start.\n{self._last_words()}"
            raise PostgresError(message)
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def stop(self) -> None:
        """Stop fast (no waiting for clients), harder when that takes too long; release the home."""
        if self._lock is None:
            return
        if self._process is not None:
            for sign, patience in _FAST:
                processes.send(self._process.pid, sign)
                try:
                    self._process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self._process = None
        self._end_leftovers()
        os.close(self._lock)
        self._lock = None

    def destroy(self) -> None:
        """Stop and delete server, data and sockets: for tests."""
        self.stop()
        for path in (self._sockets, self.folder):
            shutil.rmtree(path, ignore_errors=True)
        (self.home / "postgres.location").unlink(missing_ok=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def _programs(self) -> Path:
        return programs(self.folder, self._account)

    @cached_property
    def _sockets(self) -> Path:
        return socket_folder(self.folder / "run", self._account)

    @property
    def _mark(self) -> str:
        """What every process of this server carries in its command line."""
        return f"guanxi-{token(self._data)}"

    def _log_file(self) -> AbstractContextManager[int | IO[bytes]]:
        return (self.folder / "log").open("wb") if self._log is None else nullcontext(self._log)

    def _last_words(self) -> str:
        """Quote the end of the server's own log, when it is ours to read."""
        file = self.folder / "log"
        return file.read_text(errors="replace")[-2000:] if self._log is None and file.exists() else ""

    def _claim(self) -> None:
        """Hold the lock of the server's folder until stop() or our death."""
        if self._lock is not None:
            return
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            message = f"Another process runs the database of {self.home}."
            raise AlreadyRunningError(message) from None
        self._lock = lock

    def _end_leftovers(self) -> None:
        """End what runs on our data although we hold the lock: its supervisor is dead.

        Asked of the process table, not of postmaster.pid: that may name a zombie, or a stranger
        who got the number.
        """
        left = [(pid, line) for pid, line in processes.commands() if self._is_server(line)]
        postmasters = [pid for pid, line in left if " -D " in line]
        processes.end(postmasters, steps=_ORPHANED)
        # Children of a postmaster that was killed leave by themselves.
        processes.end([pid for pid, _ in left], steps=((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)))

    def _is_server(self, line: str) -> bool:
        """Tell a process of this server from one that merely speaks of it."""
        return self._mark in line and Path(line.split(maxsplit=1)[0].rstrip(":")).name == "postgres"

    def _initialize(self) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        draft = self.folder / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        own(draft, self._account)
        configuration = {**_CONFIGURATION, "shared_buffers": f"{_quarter_of_memory()}MB"}
        settings = [word for name, value in configuration.items() for word in ("-c", f"{name}={value}")]
        # Characters are classified by C.UTF-8 (trigrams need it), sorted as bytes: the same on every system.
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C"]
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        secret = give(self.folder / "password.draft", Secrets(self.home).owner_password, self._account)
        access = ["--auth=scram-sha-256", f"--username={OWNER}", f"--pwfile={secret}"]
        try:
            self._run(["initdb", "-D", str(draft), *locale, *access, *settings])
        finally:
            secret.unlink()
        self._run(["postgres", "--single", "-D", str(draft), "postgres"], f"create database {DATABASE};\n")
        draft.rename(self._data)

    def _run(self, command: list[str], given: str = "") -> None:
        """Run one of the programs to its end as the server's user."""
        program, *arguments = command
        running = self._spawn([str(self._programs / program), *arguments], subprocess.PIPE, subprocess.PIPE)
        words, _ = running.communicate(given.encode())
        if running.returncode != 0:
            message = f"{program} failed.\n{words.decode(errors='replace')}"
            raise PostgresError(message)

    def _spawn(
        self, command: list[str], output: int | IO[bytes], given: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a program as the server's user."""
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        streams = processes.Streams(given, output)
        whom = (self._account.uid, self._account.gid)
        return processes.spawn(
            command, environ=environ, streams=streams, folder=self.folder, sign=signal.SIGINT, whom=whom
        )


def _quarter_of_memory() -> int:
    """Return the shared buffers in MB: a quarter of the memory that we may use, as PostgreSQL advises.

    They cost nothing before they are filled; when tables outgrow them, each row that is read costs a call.
    """
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(OSError, ValueError):  # no control group, or one without a limit ("max")
        limits.append(int(_CONTROL_GROUP.read_text()))
    return min(max(min(limits) // 4 // 2**20, _LEAST), _MOST)
