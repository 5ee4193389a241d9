"""`guanxi up`: starts all, restarts what dies, ends all; small services stand in for the real ones."""

import os
import re
import signal

from guanxi import processes
from guanxi.postgres import EmbeddedPostgres
from tests.guanxi.tree import MAIN, MakeSystem, System, wait_until


def pid_of(system: System, what: str) -> int:
    found = [pid for pid, line in processes.commands() if what in line and str(system.root) in line]
    return found[0]


def child(system: System, name: str) -> int:
    marked = processes.carrying("GUANXI_SUPERVISED", str(system.home))
    return next(pid for pid, line in processes.commands() if pid in marked and line.endswith(name))


def test_it_starts_tells_the_key_restarts_and_leaves_nothing(make_system: MakeSystem) -> None:
    system = make_system(fresh=True)
    system.up()
    key = system.command("key").stdout.strip()
    assert re.fullmatch(r"gx_[0-9A-Za-z]{40}", key)
    wait_until(lambda: key in system.log and "works as customer" in system.log, 30, system)
    assert f"http://127.0.0.1:{system.port}" in system.log
    assert system.down(signal.SIGINT) == 0
    assert system.processes() == []
    system.up()
    assert "migrates" not in system.log
    assert system.command("key").stdout.strip() == key
    assert system.down() == 0
    assert system.processes() == []


def test_what_dies_comes_back(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    wait_until(lambda: "works as" in system.log, 30, system)
    for name in ("serve gateway", "serve scoring", "worker customer"):
        pid = child(system, name)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not processes.is_alive(pid), 30, system)  # noqa: B023 - called in this round
        wait_until(lambda: bool([line for line in system.processes() if line.endswith(name)]), 30, system)  # noqa: B023 - as above
    wait_until(lambda: system.ask("/") == 200, 30, system)
    os.kill(pid_of(system, "bin/postgres -D"), signal.SIGKILL)
    wait_until(lambda: "postgres           ended (SIGKILL)" in system.log, 30, system)
    wait_until(lambda: system.ask("/") == 200, 30, system)
    assert system.down() == 0
    assert system.processes() == []


def test_restart_renews_what_is_named_and_reads_its_code_afresh(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    wait_until(lambda: "works as" in system.log, 30, system)
    before = {name: child(system, name) for name in ("serve gateway", "serve scoring", "worker customer")}
    (system.root / "gateway/main.py").write_text(MAIN.format(name="gateway").replace("hello", "again"))
    assert system.command("restart", "gateway", "customer-worker").stdout.split() == [
        "gateway",
        "customer-worker",
    ]
    after = {name: child(system, name) for name in before}
    assert [name for name in before if before[name] == after[name]] == ["serve scoring"]
    assert "again from gateway" in system.log
    os.kill(after["serve gateway"], signal.SIGKILL)
    wait_until(lambda: system.log.count("again from gateway") == 2, 30, system)
    assert system.ask("/") == 200
    assert system.down() == 0
    assert system.processes() == []


def test_what_does_not_come_up_takes_no_place(make_system: MakeSystem) -> None:
    system = make_system()
    nothing = system.command("restart")
    assert (nothing.returncode, nothing.stderr[:25]) == (1, "guanxi: no system runs in")
    system.up()
    wait_until(lambda: "works as" in system.log, 30, system)
    before = child(system, "serve scoring")
    assert "strange: the parts are" in system.command("restart", "strange").stderr
    (system.root / "services/scoring/main.py").write_text("this is no Python")
    failed = system.command("restart", "scoring")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "the new scoring did not come up" in failed.stderr
    assert child(system, "serve scoring") == before
    assert system.ask("/") == 200
    assert system.down() == 0


def test_a_killed_supervisor_leaves_nothing_and_the_next_one_starts(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    system.down(signal.SIGKILL)
    wait_until(lambda: system.processes() == [], 30, system)
    system.up()
    assert system.ask("/") == 200
    assert system.down() == 0


def test_what_a_killed_supervisor_left_stopped_is_cleared(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    postmaster = pid_of(system, "bin/postgres -D")
    os.kill(postmaster, signal.SIGSTOP)
    system.down(signal.SIGKILL)
    system.up()
    assert system.ask("/") == 200
    assert not processes.is_alive(postmaster)
    assert system.down() == 0


def test_everything_killed_at_once_is_recovered(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    server = EmbeddedPostgres(system.home)
    marked = processes.carrying("GUANXI_SUPERVISED", str(system.home))
    pids = [pid for pid, line in processes.commands() if pid in marked or server._mark in line]
    assert system.process is not None
    for pid in (system.process.pid, *pids):
        processes.send(pid, signal.SIGKILL)
    system.process.wait()
    system.up()
    assert system.ask("/") == 200
    assert system.down() == 0


def test_a_taken_port_and_a_taken_home_are_said(make_system: MakeSystem) -> None:
    system = make_system()
    system.up()
    same_port = system.command("up")
    assert same_port.returncode == 1
    assert "GUANXI_PORT" in same_port.stdout
    system.environ["GUANXI_PORT"] = str(system.port + 1)
    same_home = system.command("up")
    assert same_home.returncode == 1
    assert "GUANXI_HOME" in same_home.stdout
    assert system.ask("/") == 200


def test_two_systems_run_side_by_side_one_at_a_long_path(make_system: MakeSystem) -> None:
    one, two = make_system(), make_system("/".join(["lo, ng" * 7] * 4))
    for system in (one, two):
        system.up()
    one.down()
    assert two.ask("/") == 200
    assert one.processes() == []
    assert two.down() == 0


def test_a_foreign_database_is_used_and_left_alone(make_system: MakeSystem, database: str) -> None:
    system = make_system(GUANXI_DATABASE_URL=database)
    system.up()
    assert system.ask("/") == 200
    assert not [line for line in system.processes() if "postgres -D" in line]
    assert system.down() == 0


def test_a_database_that_is_not_there_is_said(make_system: MakeSystem) -> None:
    system = make_system(GUANXI_DATABASE_URL="postgresql://nobody:x@127.0.0.1:1/nothing")
    ended = system.command("up")
    assert ended.returncode == 1
    assert "The database cannot be used" in ended.stdout
