"""Whole systems that are hurt while clients use them; how hard is said by the environment (make faults)."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from guanxi.postgres import EmbeddedPostgres
from tests.e2e.system import HOMES, System, running

LONG = "GUANXI_FAULTS_ROUNDS" in os.environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of whole systems the time that they take."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.timeout(3600))


def size(name: str, default: int) -> int:
    """Return how often, how many or how long: `make faults rounds=20`."""
    return int(os.environ.get(f"GUANXI_FAULTS_{name.upper()}") or default)


def bound(strict: float, busy: float) -> float:
    """Return what `make faults` promises; `make test`, whose tests share the machine, allows more."""
    return strict if LONG else busy


def tell(what: str, **figures: object) -> None:
    """Write what was measured, for docs/reliability.md (pytest -s shows it)."""
    sys.stdout.write(f"\n{what}: {', '.join(f'{name} {value}' for name, value in figures.items())}\n")


@pytest.fixture(scope="session")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that may be hurt."""
    home = tmp_path_factory.mktemp("faults") / "home"
    with running(home) as up:
        yield up
    HOMES.discard(home)
    EmbeddedPostgres(home).destroy()


@pytest.fixture(scope="session")
def someone(fragile: System) -> str:
    """The path of a customer with something in its timeline."""
    with fragile.client() as api:
        return make_someone(api)


@pytest.fixture(scope="session")
def full(fragile: System) -> System:
    """A system whose pages take their time."""
    with fragile.client() as api:
        items = [{"kind": "person", "name": f"Page {n}"} for n in range(1000)]
        api.post("/v1/customers/batch", json={"mode": "create", "items": items}).raise_for_status()
    return fragile


def port_of(system: System) -> int:
    """Return the gateway's port."""
    return int(system.address.rpartition(":")[2])


def make_someone(api: httpx.Client) -> str:
    """Create a customer and return its path."""
    answer = api.post("/v1/customers", json={"kind": "person", "name": "张伟"}).raise_for_status()
    return f"/v1/customers/{answer.json()['id']}"
