"""One system for all end-to-end tests that do not break it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guanxi.postgres import EmbeddedPostgres
from tests.e2e.system import HOMES, System, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of whole systems the time that they take on a busy machine."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session", autouse=True)
def no_data_left() -> Iterator[None]:
    """Remove the databases of all systems that ran."""
    yield
    for home in HOMES:
        EmbeddedPostgres(home).destroy()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A running system."""
    with running(tmp_path_factory.mktemp("e2e") / "home") as up:
        yield up


@pytest.fixture(scope="session")
def api(system: System) -> Iterator[httpx.Client]:
    """A client with the development key."""
    with system.client() as client:
        yield client
