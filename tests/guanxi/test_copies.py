"""Copies of a process: they have what they were given, nothing that was their parent's, and die with it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from guanxi import copies, processes
from guanxi.parts import ROOT
from tests.guanxi.test_postgres import wait_until

pytestmark = pytest.mark.skipif(not copies.POSSIBLE, reason="elsewhere children are started anew")
PARENT = """
import asyncio, json, os, signal, sys, time
from pathlib import Path
from guanxi import copies

told, folder = Path(sys.argv[1]), Path(sys.argv[2])
secret, kept = os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False

def run():
    inherited = [number for number in (secret, kept) if is_open(number)]
    asyncio.run(asyncio.sleep(0))
    told.write_text(json.dumps({
        "pid": os.getpid(), "environ": dict(os.environ), "inherited": inherited,
        "kept": kept, "secret": secret,
        "folder": os.getcwd(), "session": os.getsid(0),
        "default": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
    }))
    print("written by the copy")
    if sys.argv[3] == "fail":
        raise RuntimeError("on purpose")
    if sys.argv[3] == "stay":
        time.sleep(60)
    return 7

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
    lot = copies.Lot("the title of a copy " + "x" * 60, {"ONLY": "this"}, 1, [kept], folder)
    child = copies.copy(run, lot)
    print("ended with", child.wait(), flush=True)

asyncio.run(main())
"""


def parent(tmp_path: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "told"), str(tmp_path), how],
        env=copies.with_room({**os.environ, "PYTHONPATH": str(ROOT), "COPIES_MARK": str(tmp_path)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def told(tmp_path: Path) -> dict[str, object]:
    wait_until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text().endswith("}"))
    return dict(json.loads((tmp_path / "told").read_text()))


def test_a_copy_has_what_it_was_given_and_nothing_else(tmp_path: Path) -> None:
    said, _ = parent(tmp_path, "end").communicate()
    found = told(tmp_path)
    assert "written by the copy" in said
    assert "ended with 7" in said
    assert {key: value for key, value in found["environ"].items() if key != "LC_CTYPE"} == {"ONLY": "this"}
    assert found["inherited"] == [found["kept"]] != [found["secret"]]
    assert found["folder"] == str(tmp_path)
    assert found["session"] == found["pid"]
    assert found["default"]


def test_an_error_in_a_copy_stays_in_it(tmp_path: Path) -> None:
    said, _ = parent(tmp_path, "fail").communicate()
    assert "RuntimeError: on purpose" in said
    assert "ended with 1" in said


def test_it_shows_its_title_carries_the_mark_and_dies_with_its_parent(tmp_path: Path) -> None:
    process = parent(tmp_path, "stay")
    pid = int(str(told(tmp_path)["pid"]))
    assert dict(processes.commands())[pid] == "the title of a copy " + "x" * 60
    assert pid in processes.carrying("COPIES_MARK", str(tmp_path))
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not processes.is_alive(pid))
