"""The installer's and the Makefile's words to people."""

import re
import subprocess
from pathlib import Path

from guanxi.parts import ROOT

FAKE = """#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; esac
"""


def install(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "deploy/install"), str(folder / "venv"), "requirements.lock"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_without_venv_is_named(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    done = install(tmp_path, PATH="/usr/bin:/bin", GUANXI_PYTHON=str(fake))
    assert done.returncode == 1
    assert f"{fake} cannot make virtual environments" in done.stderr
    assert "python3-venv" in done.stderr


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "cat").symlink_to("/bin/cat")
    done = install(tmp_path, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_help_shows_every_command() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - make is make
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    assert set(re.findall(r"make (\w+)  ", shown)) == set(declared[1].split())


def test_the_locks_name_hashes_and_no_host() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert "--index-url" not in text
        pinned = re.findall(r"^\S+==\S+", text, re.MULTILINE)
        assert len(pinned) > 20
        assert len(re.findall(r"^\S+==[^\n]* \\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned)
