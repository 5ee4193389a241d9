"""One system for all end-to-end tests that do not break it."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.system import System, running, stop

HERE = Path(__file__).parent
PATIENCE_S = 3600 if "GUANXI_ARRIVALS_EVENTS" in os.environ else 600
_shared: list[System] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of whole systems the time that they take on a busy machine."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.timeout(PATIENCE_S))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Stop the system after the folder's last test: it would go on working beside all others."""
    if nextitem is None or nextitem.path.parent != HERE:
        while _shared:
            stop(_shared.pop())


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A running system."""
    with running(tmp_path_factory.mktemp("e2e") / "home") as up:
        _shared.append(up)
        yield up


@pytest.fixture(scope="session")
def api(system: System) -> Iterator[httpx.Client]:
    """A client with the development key."""
    with system.client() as client:
        yield client
