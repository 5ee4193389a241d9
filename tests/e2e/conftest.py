"""One system for all end-to-end tests that do not break it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.system import System, running


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
