"""The import law: it holds, and each of its contracts breaks where it is broken on purpose."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT

PLANTED = {
    "Services never import each other": ("services/customer/planted.py", "import services.scoring"),
    "Plumbing knows nobody": ("shared/planted.py", "import services.customer"),
    "Plumbing has four floors": ("shared/planted_too.py", "import web.app"),
    "gateway knows no service": ("gateway/planted.py", "import services.customer"),
    "Services know no gateway and no command line": ("services/customer/planted.py", "import gateway.base"),
    "The command line knows names only": ("guanxi/planted.py", "import services.customer"),
    "Connectors use the public API only": ("connectors/planted.py", "import shared.ids"),
    "Slices form no cycles": (
        "services/scoring/estimators/planted.py",
        "import services.scoring.planted_slice",
    ),
    "Inside a slice, calls point down": (
        "services/scoring/planted_slice/models.py",
        "import services.scoring.planted_slice.routes",
    ),
    "Estimators are arithmetic": ("services/scoring/estimators/planted_too.py", "import sqlalchemy"),
}


def lint(folder: Path) -> str:
    program = "from importlinter.cli import lint_imports_command as check; check()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_every_contract_holds() -> None:
    told = lint(ROOT)
    assert told.count(" KEPT") == len(PLANTED), told
    assert " BROKEN" not in told, told


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Plant every violation in a copy and read what the linter says."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    slice_ = copy / "services/scoring/planted_slice"
    slice_.mkdir()
    (slice_ / "__init__.py").write_text('"""A slice."""\nimport services.scoring.estimators\n')
    (slice_ / "routes.py").write_text('"""Its routes."""\n')
    for place, line in PLANTED.values():
        (copy / place).parent.mkdir(exist_ok=True)
        (copy / place).parent.joinpath("__init__.py").touch()
        with (copy / place).open("a") as file:
            file.write(f"{line}\n")
    return lint(copy)


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract(broken: str, contract: str) -> None:
    assert f"{contract} BROKEN" in broken, broken
