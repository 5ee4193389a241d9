"""A process dies with its parent: by the kernel's death signal, and by watching where there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guanxi import processes
from tests.guanxi.test_postgres import wait_until

PARENT = """
import os, subprocess, sys, time
how = "import runpy, sys; sys.platform, shim = sys.argv[1:3]; del sys.argv[1:3]; "
how += "runpy.run_path(shim, run_name='__main__')"
shim = [sys.executable, "-c", how, sys.argv[1], sys.argv[2], str(os.getpid()), "9", "-1", "-1"]
subprocess.Popen([*shim, *sys.argv[3:]])
time.sleep(60)
"""


@pytest.mark.parametrize("platform", ["linux", "other"])
def test_a_child_dies_with_its_parent(platform: str, tmp_path: Path) -> None:
    sign = tmp_path / "pid"
    child = ["/bin/sh", "-c", f"echo $$ >{sign}; exec sleep 60"]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, platform, str(processes.SHIM), *child])
    wait_until(lambda: sign.exists() and sign.read_text().strip() != "")
    pid = int(sign.read_text())
    assert processes.is_alive(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not processes.is_alive(pid))


def test_a_child_of_a_parent_that_is_gone_never_starts(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    words = [
        sys.executable,
        "-I",
        "-S",
        str(processes.SHIM),
        "1",
        "9",
        "-1",
        "-1",
        "/bin/sh",
        "-c",
        f"touch {mark}",
    ]
    assert os.getpid() != 1
    subprocess.run(words, check=True)
    assert not mark.exists()


def test_zombies_are_not_alive() -> None:
    child = subprocess.Popen(["/bin/true"])
    wait_until(lambda: not processes.is_alive(child.pid))
    assert child.pid not in [pid for pid, _ in processes.commands()]
    child.wait()
