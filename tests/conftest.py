"""Fixtures for every test: keys, a server, and services that run on databases of their own."""

import importlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from unittest.mock import patch

import hypothesis
import pytest

from guanxi.postgres import EmbeddedPostgres
from shared.settings import Settings
from tests.support import homes
from tests.support.databases import fresh
from tests.support.keys import make_keys
from tests.support.running import Running, run

# A busy machine is no fault of the code: hypothesis watches neither its own speed nor ours.
hypothesis.settings.register_profile(
    "guanxi", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("guanxi")

SERVER = "GUANXI_TEST_DATABASE_URL"
PARTS = ("gateway", "customer", "interaction", "scoring")
LONG = frozenset(("e2e", "chaos", "faults", "bench", "guanxi"))  # folders of tests of whole systems
Service = Callable[..., Awaitable[Running]]
_embedded: dict[str, EmbeddedPostgres] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Start one server for all processes of pytest-xdist, which inherit its address."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        _server()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, by folder, so that no process is left alone with it at the end."""

    def place(item: pytest.Item) -> tuple[bool, str]:
        long = LONG.intersection(item.path.parts)
        return not long, min(long, default="")

    items.sort(key=place)


def pytest_unconfigure() -> None:
    """Remove the data of all that was started, and stop the server."""
    homes.remove()
    if server := _embedded.pop("server", None):
        server.destroy()
        del os.environ[SERVER]


def _server() -> str:
    if SERVER not in os.environ:
        server = _embedded["server"] = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="gx")))
        os.environ[SERVER] = server.start()
        _hasten(server)
    return os.environ[SERVER]


def _hasten(server: EmbeddedPostgres) -> None:
    """Let it leave writing to the disk to the kernel: what proves durability runs servers of its own."""
    assert server.process is not None
    with (server._data / "postgresql.auto.conf").open("a") as file:
        file.write("fsync = off\n")
    server.process.send_signal(signal.SIGHUP)


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a server, as its owner: GUANXI_TEST_DATABASE_URL, else one of our own."""
    return _server()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the signing keys of every part."""
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
async def service(postgres: str, keys: Path) -> AsyncIterator[Service]:
    """Start parts of the system: ask for one by name, with the addresses of its peers.

    As in `running = await start("customer", peers={"scoring": url})`. It runs until the module's last test,
    on a database of its own, migrated by its own revisions. Asking twice gives the same one.
    """
    async with AsyncExitStack() as stack:
        started: dict[str, Running] = {}

        async def start(name: str, peers: dict[str, str] | None = None, **environment: str) -> Running:
            if name not in started:
                database_url = await stack.enter_async_context(fresh(postgres, name))
                environ = {**_environment(name, database_url, keys, peers or {}), **environment}
                with patch.dict(os.environ, environ):
                    app = importlib.import_module(_package(name)).build()
                    settings = Settings.of(name, os.environ)
                started[name] = await stack.enter_async_context(run(app, settings))
            return started[name]

        yield start


def _package(name: str) -> str:
    return "gateway.main" if name == "gateway" else f"services.{name}.main"


def _environment(name: str, database_url: str, keys: Path, peers: dict[str, str]) -> dict[str, str]:
    nowhere = {f"GUANXI_{part.upper()}_URL": f"unix:/nowhere/{part}.sock" for part in PARTS}
    given = {f"GUANXI_{part.upper()}_URL": url for part, url in peers.items()}
    own = {
        f"GUANXI_{name.upper()}_DATABASE_URL": database_url,
        "GUANXI_KEYS": str(keys),
        "GUANXI_SECRET": "5e" * 32,
        "GUANXI_LOG": "json",
    }
    return {**nowhere, **given, **own}
