"""What the tests of the command line share."""

import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from guanxi.postgres import EmbeddedPostgres
from tests.guanxi.tree import MakeSystem, System, plant


@pytest.fixture
def free_ports() -> Iterator[int]:
    """Find free ports below the ephemeral range, so that no client of another test takes them."""
    return (port for port in random.sample(range(20_000, 32_000), 500) if _is_free(port))


@pytest.fixture
def free_port(free_ports: Iterator[int]) -> int:
    return next(free_ports)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """Give the owner's URL of a database of its own."""
    owner = await asyncpg.connect(postgres)
    name = f"gx_{uuid4().hex[:12]}"
    await owner.execute(f"create database {name}")
    yield urlsplit(postgres)._replace(path=f"/{name}").geturl()
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest.fixture(scope="session")
def lived_in() -> Iterator[Path]:
    """Give the home of a system that has run: a copy of it starts faster than a new one."""
    folder = _enterable()
    system = System(plant(folder), 1)
    done = system.command("migrate")
    assert done.returncode == 0, done.stderr
    yield system.home
    shutil.rmtree(folder)


@pytest.fixture
def make_system(free_ports: Iterator[int], lived_in: Path) -> Iterator[MakeSystem]:
    """Plant systems; `within` is a path to put between, `fresh` ones have never run."""
    made: list[System] = []

    def make(within: str = "", *, fresh: bool = False, **environ: str) -> System:
        folder = _enterable()
        (folder / within).mkdir(parents=True, exist_ok=True)
        made.append(System(plant(folder / within), next(free_ports), environ, top=folder))
        if not fresh:
            copy_home(lived_in, made[-1].home)
        return made[-1]

    yield make
    for system in made:
        if system.process is not None and system.process.poll() is None:
            system.down(signal.SIGKILL)
        EmbeddedPostgres(system.home).destroy()
        shutil.rmtree(system.top)


def copy_home(home: Path, to: Path) -> None:
    """Copy a home with its files' owners, which the database insists on."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(home), str(to)], check=True)  # noqa: S607 - cp is cp


def _enterable() -> Path:
    """Make a folder that every user can enter: pytest's own are 0700."""
    folder = Path(tempfile.mkdtemp(prefix="gx-"))
    folder.chmod(0o755)
    return folder
