"""A copy of the command line with small services in place of the real ones: a system of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from guanxi import processes
from guanxi.parts import PARTS, ROOT
from guanxi.postgres import EmbeddedPostgres

MAIN = """
import os
import asyncpg

NAME = "{name}"
URL = os.environ[f"GUANXI_{{NAME.upper()}}_DATABASE_URL"]

async def say(send, status, text):
    await send({{"type": "http.response.start", "status": status, "headers": []}})
    await send({{"type": "http.response.body", "body": str(text).encode()}})

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    if scope["path"] == "/die":
        os.kill(os.getpid(), 9)
    try:
        connection = await asyncpg.connect(URL)
        found = await connection.fetchval(f"select count(*) from {{NAME}}.thing")
        await connection.close()
    except Exception as error:
        return await say(send, 503, error)
    await say(send, 200, found)

def build():
    print("hello from", NAME)
    return app
"""
WORKER = """
import asyncio
async def run(settings):
    print("works as", settings.service)
    await asyncio.sleep(1000)
"""
TABLES = """
from sqlalchemy import Column, Integer, MetaData, Table
metadata = MetaData(schema="{name}")
Table("thing", metadata, Column("id", Integer, primary_key=True))
"""
GATEWAY_TABLES = """
from sqlalchemy import ARRAY, Column, LargeBinary, Text, Uuid
for table, columns in {
    "clients": [Column("id", Uuid),
        *(Column(name, Text) for name in ("name", "principal_id", "visibility", "source")),
        Column("scopes", ARRAY(Text))],
    "api_keys": [Column("digest", LargeBinary), Column("client_id", Uuid), Column("prefix", Text)],
}.items():
    Table(table, metadata, *columns)
"""
REVISION = """
from alembic import op
from {package}.tables import metadata
revision = "0001"
down_revision = None
def upgrade():
    metadata.create_all(op.get_bind())
"""


ALEMBIC = ("env.py", "script.py.mako")


def plant(folder: Path) -> Path:
    """Lay the tree out; answer its root."""
    for name in ("guanxi", "feed", "web", "shared"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", folder)
    (folder / "services").mkdir()
    for part in PARTS:
        here = folder.joinpath(*part.package.split("."))
        (here / "migrations/versions").mkdir(parents=True)
        files = {
            "__init__.py": "",
            "main.py": MAIN.format(name=part.name),
            "tables.py": TABLES.format(name=part.name) + (GATEWAY_TABLES if part.name == "gateway" else ""),
            "migrations/versions/0001_first.py": REVISION.format(package=part.package),
            **{f"migrations/{name}": (part.migrations / name).read_text() for name in ALEMBIC},
        }
        if part.name == "customer":
            files["worker.py"] = WORKER
        for name, text in files.items():
            (here / name).write_text(text)
    return folder


@dataclass
class System:
    """One `guanxi up` in a planted tree."""

    root: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    top: Path = Path()

    @property
    def home(self) -> Path:
        return self.root / ".guanxi"

    @property
    def log(self) -> str:
        return (self.root / "log").read_text()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a subcommand to its end."""
        process = self.begin(*arguments)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a subcommand."""
        words = [sys.executable, "-m", "guanxi", *arguments]
        return subprocess.Popen(
            words,
            cwd=self.root,
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def up(self, seconds: float = 60.0) -> float:
        """Start; answer the seconds until the gateway is ready."""
        began = time.monotonic()
        with (self.root / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "guanxi", "up"],
                cwd=self.root,
                env=self._environ(),
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.ask("/readyz") == 200 or self.process.poll() is not None, seconds, self)
        return time.monotonic() - began

    def ask(self, path: str) -> int:
        """Answer the status of a request through the gateway's port; 0 when there is none."""
        with suppress(OSError, URLError):
            return int(urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).status)
        return 0

    def down(self, sign: signal.Signals = signal.SIGTERM, seconds: float = 20.0) -> int:
        """Signal the supervisor; answer its exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(seconds)

    def processes(self) -> list[str]:
        """Name every process of this system, Postgres too."""
        server = EmbeddedPostgres(self.home)
        marked = processes.carrying("GUANXI_SUPERVISED", str(self.home))
        return [line for pid, line in processes.commands() if pid in marked or server._mark in line]

    def _environ(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("GUANXI_")}
        return {**inherited, "PYTHONPATH": str(self.root), "GUANXI_PORT": str(self.port), **self.environ}


MakeSystem = Callable[..., System]


def wait_until(what: Callable[[], bool], seconds: float, system: System) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, system.log
        time.sleep(0.02)
