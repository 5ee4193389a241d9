"""A service that is stopped or killed: the overview stays quick and says what is missing."""

import signal
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.e2e.system import System, running


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that may be hurt."""
    with running(tmp_path_factory.mktemp("faults") / "home") as up:
        yield up


@pytest.fixture(scope="module")
def someone(fragile: System) -> str:
    """The path of a customer's overview."""
    with fragile.client() as api:
        customer = {
            "kind": "person",
            "name": "Overview",
            "identities": [{"system": "erp", "id": uuid4().hex}],
        }
        created = api.post("/v1/customers", json=customer).raise_for_status().json()
        path = f"/v1/customers/{created['id']}/overview"
        whole(api, path)
        return path


def whole(api: httpx.Client, path: str, seconds: float = 15) -> dict[str, object]:
    """Wait until an overview has all its parts."""
    deadline = time.monotonic() + seconds
    while True:
        answer = api.get(path)
        if answer.status_code == 200 and not answer.json()["partial"]:
            body: dict[str, object] = answer.json()
            return body
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)


@pytest.mark.parametrize("part", ["scoring", "interaction"])
def test_a_stopped_service_makes_the_overview_partial_within_a_second(
    fragile: System, someone: str, part: str
) -> None:
    (process,) = fragile.processes(f"serve {part}")
    with fragile.client() as api:
        process.send_signal(signal.SIGSTOP)
        try:
            took = [partial(api, someone) for _ in range(5)]
        finally:
            process.send_signal(signal.SIGCONT)
        assert max(took) < 1.0, took
        assert whole(api, someone)["missing"] == []


def partial(api: httpx.Client, path: str) -> float:
    """Return how long a partial overview took."""
    began = time.monotonic()
    answer = api.get(path)
    took = time.monotonic() - began
    assert answer.status_code == 200, answer.text
    assert answer.json()["partial"] is True
    assert answer.json()["missing"] != []
    return took


@pytest.mark.parametrize("part", ["customer", "interaction", "scoring", "gateway"])
def test_a_killed_service_is_started_again(fragile: System, someone: str, part: str) -> None:
    (process,) = fragile.processes(f"serve {part}")
    process.kill()
    deadline = time.monotonic() + 30
    while (found := fragile.processes(f"serve {part}")) in ([], [process]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with fragile.client() as api:
        assert recovered(api, someone)["missing"] == []
    assert found[0].pid != process.pid


def recovered(api: httpx.Client, path: str) -> dict[str, object]:
    """Ask until the gateway is back, then until the overview is whole."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if api.get(path).status_code == 200:
                break
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return whole(api, path)


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_recovers(fragile: System) -> None:
    """The last test of its system: that has ended then."""
    with fragile.client() as api:
        created = api.post("/v1/customers", json={"kind": "person", "name": "Survivor"}).raise_for_status()
    children = psutil.Process(fragile.supervisor.pid).children(recursive=True)
    assert len(children) >= 8
    fragile.supervisor.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    with running(fragile.home) as system, system.client() as api:
        assert api.get(created.headers["location"]).json()["name"] == "Survivor"
