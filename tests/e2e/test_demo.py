"""The demo: a shop's purchases through the public API; repeated, and with every process killed under it."""

import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.figures import figures, purchases
from tests.e2e.system import ROOT, System, running

PARTS = ("customer", "interaction", "scoring")
VICTIMS = [
    *(f"serve {part}" for part in ("gateway", *PARTS)),
    *(f"worker {part}" for part in PARTS),
    "bin/postgres -D",
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own in which the demo has run, undisturbed."""
    with running(tmp_path_factory.mktemp("demo") / "home", GUANXI_CURRENCY="USD") as system:
        system.command("demo", timeout=300)
        yield system


@pytest.fixture(scope="module")
def calm(shop: System) -> dict[str, Any]:
    """Its figures."""
    with shop.client() as api:
        return figures(api)


def test_every_purchase_went_in_once(calm: dict[str, Any]) -> None:
    rows = purchases()
    assert len(calm["customers"]) == len({row["customer_id"] for row in rows}) == 2_357
    assert len(calm["orders"]) == len(set(calm["orders"])) == len(rows) == 6_919
    assert float(calm["money"]) == pytest.approx(sum(float(row["amount"]) for row in rows), abs=0.005)


def test_the_pyramid_has_its_shares(calm: dict[str, Any]) -> None:
    tiers = {tier["tier"]: tier["customers"] for tier in calm["tiers"]}
    assert list(tiers) == ["vip", "major", "ordinary", "small"]
    assert sum(tiers.values()) == 2_357
    for name, share in (("vip", 0.01), ("major", 0.04), ("ordinary", 0.15), ("small", 0.80)):
        assert tiers[name] == pytest.approx(2_357 * share, abs=1)


def test_the_parts_of_every_value_multiply_to_it(calm: dict[str, Any]) -> None:
    assert len(calm["values"]) == 2_357
    for _, name, prediction, parts, _ in calm["values"]:
        product = math.prod(part["factor"] for part in parts)
        assert abs(product - float(prediction["value_12m"]["amount"])) < 1e-9, name


def test_an_overview_shows_the_timeline_and_the_same_value(shop: System, calm: dict[str, Any]) -> None:
    _, name, prediction, parts, _ = calm["values"][0]
    with shop.client() as api:
        overview = api.get(f"/v1/customers/cdnow:{name}/overview").raise_for_status().json()
    assert not overview["partial"]
    assert {item["kind"] for item in overview["timeline"]["items"]} == {"order"}
    assert (overview["score"]["prediction"], overview["score"]["parts"]) == (prediction, parts)


def test_a_second_demo_changes_nothing(shop: System, calm: dict[str, Any]) -> None:
    with shop.client() as api:
        end = position(api)
        again = shop.command("demo", timeout=300).stdout
        assert figures(api) == calm
        changes = api.get("/v1/changes", params={"after": end}).raise_for_status().json()
        assert changes["items"] == []
    assert "9582" in again


def position(api: Any) -> str:
    """Return the cursor at the end of the merged feed."""
    after: dict[str, str] = {}
    while True:
        page = api.get("/v1/changes", params={"limit": 2000, **after}).raise_for_status().json()
        after = {"after": page["next"]}
        if page["up_to_date"]:
            return str(page["next"])


def test_every_process_killed_during_the_demo_leaves_the_same_figures(
    calm: dict[str, Any], tmp_path: Path
) -> None:
    dice = random.Random(1997)  # noqa: S311 - a seeded order of victims
    with running(tmp_path / "home", GUANXI_CURRENCY="USD") as system:
        with (tmp_path / "demo.log").open("wb") as log:
            line = [sys.executable, "-m", "guanxi", "demo"]
            demo = subprocess.Popen(line, cwd=ROOT, env=system.environment(), stdout=log, stderr=log)
            killed = [kill(system, victim, dice) for victim in dice.sample(VICTIMS, len(VICTIMS))]
            assert demo.wait(300) == 0, (tmp_path / "demo.log").read_text()
        assert killed == [True] * len(VICTIMS)
        system.wait_ready()
        with system.client() as api:
            assert figures(api) == calm


def kill(system: System, victim: str, dice: random.Random) -> bool:
    """Kill one process without warning, a little later; say whether it was there."""
    time.sleep(dice.uniform(0.2, 1.2))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := system.processes(victim):
            found[0].kill()
            return True
        time.sleep(0.05)
    return False
