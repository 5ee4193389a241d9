"""The first minutes of a newcomer: the README's commands, then those of each page of docs/."""

import math
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.furnishing import furnish
from tests.e2e.pages import BLOCK, Reader, commands
from tests.e2e.system import ROOT, System, running

PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if commands(page)]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own: the README's customer must be the first with that identity."""
    with running(tmp_path_factory.mktemp("first") / "home", fresh=True) as up:
        yield up


@pytest.fixture(scope="module")
def api(system: System) -> Iterator[httpx.Client]:
    """A client with the development key."""
    with system.client() as client:
        yield client


@pytest.fixture(scope="module")
def folder(system: System, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where somebody has run the README's second block."""
    block = BLOCK.findall((ROOT / "README.md").read_text())[1]
    curls = block.replace("http://127.0.0.1:8000", system.address).replace("$(make -s key)", system.key)
    script = tmp_path_factory.mktemp("reader") / "curls.sh"
    script.write_text("set -eu\n" + curls.replace("curl -sS", "curl -sS --fail-with-body"))
    ran = subprocess.run(["/bin/bash", script], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return script.parent


@pytest.mark.usefixtures("folder")
def test_the_first_curls_of_the_readme_give_a_whole_customer(api: httpx.Client) -> None:
    overview = api.get("/v1/customers/erp:C0001/overview").json()
    assert overview["customer"]["name"] == "张伟"
    assert overview["customer"]["contact_points"][0]["normalized"] == "+8613800138000"
    assert [item["kind"] for item in overview["timeline"]["items"]] == ["order", "interaction"]
    assert (overview["partial"], overview["missing"]) == (False, [])
    score = scored(api)
    assert score["realized"] == {"amount": "29.33", "currency": "CNY"}
    if score["prediction"] is None:
        assert score["reason"] == "not_enough_data"
    else:
        parts = math.prod(part["factor"] for part in score["parts"])
        assert abs(parts - float(score["prediction"]["value_12m"]["amount"])) < 1e-9


def scored(api: httpx.Client) -> dict[str, object]:
    """Wait until the order has reached the score; it takes no request to make it so."""
    deadline = time.monotonic() + 20
    while True:
        answer = api.get("/v1/scores/erp:C0001")
        if answer.status_code == 200 and answer.json()["realized"]["amount"] != "0.00":
            score: dict[str, object] = answer.json()
            return score
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)


def test_nobody_gets_in_without_a_key(system: System) -> None:
    for headers in ({}, {"Authorization": "Bearer gx_wrong"}, {"x-guanxi-identity": "forged"}):
        answer = httpx.get(f"{system.address}/v1/customers", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_docs_page_needs_no_network(system: System) -> None:
    page = httpx.get(f"{system.address}/docs")
    assert page.status_code == 200
    outside = re.findall(r"(?:src|href)=[\"']?(?:https?:)?//[^\"'> ]+", page.text)
    assert outside == []


@pytest.fixture(scope="module")
def reader(system: System, api: httpx.Client, folder: Path) -> Reader:
    """Somebody who goes on to the pages, in a world that has what they speak of."""
    furnish(api, folder)
    ranked(api)
    return Reader(system, folder)


def ranked(api: httpx.Client) -> None:
    """Wait until the first run has been, which nobody asks for."""
    deadline = time.monotonic() + 60
    while api.get("/v1/scores/erp:C0001").json()["run_id"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_works(reader: Reader, page: Path) -> None:
    for command in commands(page):
        reader.run(command)
