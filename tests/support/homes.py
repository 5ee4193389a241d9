"""Homes of whole systems: each begins as a copy of one whose database is made; all are removed at the end."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from guanxi.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
HOMES: set[Path] = set()  # as root their data may lie elsewhere


def environment(home: Path) -> dict[str, str]:
    """Return what the command line needs in order to work on a home."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "GUANXI_HOME": str(home)}


def settle(home: Path) -> None:
    """Give a new home the secrets and the data of the one that is lived in, with the files' owners."""
    home.mkdir(parents=True)
    its, ours = (EmbeddedPostgres(each).folder for each in (_lived_in(), home))
    for old, new in ((_lived_in() / "secrets", home / "secrets"), (its / "data", ours / "data")):
        subprocess.run(["cp", "-a", str(old), str(new)], check=True)  # noqa: S607 - cp is cp


@cache
def _lived_in() -> Path:
    """Make the first home: initdb and all migrations take longer than all the rest of a start."""
    home = Path(tempfile.mkdtemp(prefix="gx"))
    HOMES.add(home)
    command = [sys.executable, "-m", "guanxi", "migrate"]
    subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, check=True)
    return home


def remove() -> None:
    """Remove the databases of all homes."""
    for home in HOMES:
        EmbeddedPostgres(home).destroy()
        shutil.rmtree(home, ignore_errors=True)
    HOMES.clear()
