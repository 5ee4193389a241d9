"""Clients generated from the document of the running system: compiled strictly, then used against it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.system import ROOT, System

PYTHON, TYPESCRIPT = ROOT / "clients" / "python", ROOT / "clients" / "typescript"
# Mailboxes in Python go as JSON: of two bodies and no header the generator writes what does not run.
LEFT_OUT = {"PUT /v1/mail/uploads/{upload_id}/parts/{number}", "POST /v1/mail/imports"}
NODE = TYPESCRIPT / "node_modules" / ".installed"
ESCAPES = {
    PYTHON / "tour.py": r"\bcast\b|\bAny\b|type: ignore|noqa",
    TYPESCRIPT / "tour.ts": r"\bany\b|\bunknown\b|\bas\b(?! \w+ from)|@ts-|\w!|<\w+>\w",
}


def run(*line: object, cwd: Path = ROOT, **environ: str) -> str:
    """Run a command and return what it says; that is also the failure."""
    done = subprocess.run(
        [str(word) for word in line],
        cwd=cwd,
        env={**os.environ, **environ},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"{line[0]}: {done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def document(system: System, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The running system's document, which is the one that the command prints."""
    file = tmp_path_factory.mktemp("clients") / "openapi.json"
    with system.client() as client:
        served = client.get("/openapi.json").raise_for_status()
    assert served.json() == json.loads(system.command("openapi", timeout=300).stdout)
    file.write_bytes(served.content)
    return file


@pytest.fixture
def whom(system: System) -> dict[str, str]:
    return {"GUANXI_URL": system.address, "GUANXI_KEY": system.key}


def test_python(document: Path, whom: dict[str, str]) -> None:
    generated = document.parent / "guanxi_client"
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    told = run(
        *generator, "--path", document, "--config", PYTHON / "generator.yaml", "--output-path", generated
    )
    assert set(re.findall(r"WARNING parsing (\S+ \S+)", told)) == LEFT_OUT, told
    (generated / "py.typed").touch()
    strictly = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", document.parent]
    run(*strictly, generated, PYTHON / "tour.py", MYPYPATH=str(document.parent))
    run(sys.executable, PYTHON / "tour.py", PYTHONPATH=str(document.parent), **whom)


@pytest.mark.skipif(not NODE.exists(), reason="NOT CHECKED: no Node modules; see `make clients`")
def test_typescript(document: Path, whom: dict[str, str]) -> None:
    run("npm", "run", "generate", "--", document, cwd=TYPESCRIPT)
    run("npm", "run", "compile", cwd=TYPESCRIPT)
    run("node", "build/tour.js", cwd=TYPESCRIPT, **whom)


@pytest.mark.parametrize("tour", ESCAPES, ids=lambda path: path.name)
def test_nothing_gets_round_the_types(tour: Path) -> None:
    found = re.findall(ESCAPES[tour], re.sub(r'"[^"\n]*"|`[^`]*`|/\*.*?\*/', '""', tour.read_text()))
    assert not found
