"""Schemathesis against the running system: what it checks, and what not, is in schemathesis.toml."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.system import System

CONFIG = Path(__file__).with_name("schemathesis.toml")
SEEDS = os.environ.get("SEEDS", "1").split()
EXAMPLES = os.environ.get("EXAMPLES", "1")  # for each operation, beside those of the document
LONG = "EXAMPLES" in os.environ
# `coverage` walks every boundary of every field and takes minutes; `make schemathesis` walks it too.
PHASES = "examples,coverage,fuzzing" if LONG else "examples,fuzzing"
# Nor does the short form think of batches and streams: their rows are single records (test_bad_input.py).
LEFT_OUT = () if LONG else ("--exclude-path-regex", "/(batch|stream)$")


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("seed", SEEDS)
def test_it_finds_nothing(system: System, tmp_path: Path, seed: str) -> None:
    line = [
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("--config-file", str(CONFIG), "run", f"{system.address}/openapi.json", "--no-color"),
        *("--header", f"Authorization: Bearer {system.key}"),
        *("--phases", PHASES, "--max-examples", EXAMPLES, "--seed", seed),
        *LEFT_OUT,
    ]
    hooks = {"PYTHONPATH": str(CONFIG.parents[2]), "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks"}
    done = subprocess.run(
        line, cwd=tmp_path, env={**os.environ, **hooks}, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested is not None, done.stdout
    assert int(tested[1]) > 50, done.stdout
    with system.client() as client:
        assert client.get("/v1/customers").status_code == 200, "it revoked its own key: all it saw was 401"
