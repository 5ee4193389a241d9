"""The embedded server: data survives, strangers stay out, and whatever an earlier life left is cleared."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from guanxi import postgres, processes
from guanxi.places import SOCKET_PATH_LIMIT
from guanxi.postgres import AlreadyRunningError, EmbeddedPostgres
from tests.guanxi.conftest import copy_home

MakeServer = Callable[..., EmbeddedPostgres]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that every user can enter: pytest's own tmp_path is 0700."""
    with tempfile.TemporaryDirectory(prefix="gx-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def make_server(folder: Path, lived_in: Path) -> Iterator[MakeServer]:
    made: list[EmbeddedPostgres] = []

    def make(name: str = "home", *, fresh: bool = False, **options: int) -> EmbeddedPostgres:
        if not fresh and not (folder / name).exists():
            copy_home(lived_in, folder / name)
        made.append(EmbeddedPostgres(folder / name, **options))
        return made[-1]

    yield make
    for server in made:
        server.destroy()


async def ask(dsn: str, *statements: str) -> list[object]:
    connection = await asyncpg.connect(dsn)
    try:
        return [await connection.fetchval(statement) for statement in statements]
    finally:
        await connection.close()


def left(server: EmbeddedPostgres) -> list[str]:
    return [line for _, line in processes.commands() if server._mark in line]


async def test_data_survive_a_restart_and_no_process_is_left(make_server: MakeServer) -> None:
    server = make_server(fresh=True)
    await ask(server.start(), "create table t (x int)", "insert into t values (7)")
    server.stop()
    assert left(server) == []
    assert await ask(server.start(), "select x from t") == [7]


async def test_it_is_durable_sorts_bytes_and_knows_letters(make_server: MakeServer) -> None:
    dsn = make_server().start()
    wanted = {
        "show fsync": "on",
        "show synchronous_commit": "on",
        "show full_page_writes": "on",
        "show server_encoding": "UTF8",
        "select lower('ŽLUŤ')": "žluť",
        "select 'Z' < 'a'": True,
    }
    assert await ask(dsn, *wanted) == list(wanted.values())
    trigrams = "select array_length(show_trgm('王小明'), 1)"
    assert await ask(dsn, "create extension if not exists pg_trgm", trigrams) == [None, 4]


async def test_a_wrong_password_is_refused(make_server: MakeServer) -> None:
    server = make_server()
    dsn = server.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(dsn.replace(":", ":x", 2).replace(":x//", "://"), "select 1")


async def test_kill_9_of_the_postmaster_loses_nothing(make_server: MakeServer) -> None:
    server = make_server()
    await ask(server.start(), "create table t (x int)", "insert into t values (7)")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.stop()
    assert await ask(server.start(), "select x from t") == [7]


STARTER = """
import sys, time
from pathlib import Path
from guanxi.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


def started_elsewhere(home: Path) -> tuple[subprocess.Popen[str], int]:
    other = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert other.stdout is not None
    return other, int(other.stdout.readline())


def wait_until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_the_server_dies_with_a_supervisor_that_was_killed(make_server: MakeServer) -> None:
    server = make_server()
    supervisor, _ = started_elsewhere(server.home)
    assert left(server) != []
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: left(server) == [])


async def test_a_second_supervisor_is_refused_and_the_first_unharmed(make_server: MakeServer) -> None:
    first, second = make_server(), make_server()
    dsn = first.start()
    with pytest.raises(AlreadyRunningError):
        second.start()
    assert await ask(dsn, "select 1") == [1]


async def test_a_stopped_server_of_a_killed_supervisor_is_cleared(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A postmaster under SIGSTOP outlives its supervisor: the next start asks it, then ends it."""
    *asking, killing = postgres._ORPHANED
    hastier = [(sign, patience / 10) for sign, patience in asking]
    monkeypatch.setattr(postgres, "_ORPHANED", (*hastier, killing))
    server = make_server()
    supervisor, postmaster = started_elsewhere(server.home)
    os.kill(postmaster, signal.SIGSTOP)
    supervisor.kill()
    supervisor.wait()
    assert left(server) != []
    began = time.monotonic()
    assert await ask(server.start(), "select 1") == [1]
    assert time.monotonic() - began < 40
    assert not processes.is_alive(postmaster)


async def test_stale_lock_files_that_name_a_living_stranger_do_not_stop_it(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    server.stop()
    stranger = str(os.getppid())
    lock = f"{stranger}\n{server._data}\n0\n5432\n{server._sockets}\n\n\nready\n"
    (server._data / "postmaster.pid").write_text(lock)
    (server._sockets / ".s.PGSQL.5432").touch()
    (server._sockets / ".s.PGSQL.5432.lock").write_text(lock)
    assert await ask(server.start(), "select 1") == [1]


async def test_an_initdb_that_was_cut_short_is_begun_anew(make_server: MakeServer) -> None:
    server = make_server(fresh=True)
    draft = server.folder / "data.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    assert await ask(server.start(), "select 1") == [1]


async def test_two_homes_live_side_by_side(make_server: MakeServer) -> None:
    one, two = make_server("one"), make_server("two")
    dsns = [one.start(), two.start()]
    await ask(dsns[0], "create table only_here (x int)")
    assert await ask(dsns[1], "select to_regclass('only_here')::text") == [None]
    one.stop()
    assert await ask(dsns[1], "select 1") == [1]


async def test_a_long_path_gets_a_short_private_socket(make_server: MakeServer) -> None:
    server = make_server("/".join(["long" * 10] * 4))
    assert await ask(server.start(), "select 1") == [1]
    sockets = server._sockets
    assert len(str(sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert sockets.stat().st_mode & 0o077 == 0


async def test_a_path_of_any_letters_will_do(make_server: MakeServer) -> None:
    server = make_server("a, b'ü 100%")
    assert await ask(server.start(), "select 1") == [1]


@pytest.mark.skipif(os.getuid() != 0, reason="only root's server runs as another user")
async def test_a_home_that_others_cannot_enter_works_for_root(make_server: MakeServer, folder: Path) -> None:
    folder.chmod(0o700)
    server = make_server(fresh=True)
    await ask(server.start(), "create table t (x int)", "insert into t values (7)")
    server.stop()
    folder.chmod(0o755)  # the data stay where they are
    assert await ask(make_server(fresh=True).start(), "select x from t") == [7]


async def test_loopback_tcp_is_opened_on_request_only(make_server: MakeServer, free_port: int) -> None:
    server = make_server("tcp", port=free_port)
    dsn = server.start()
    over_tcp = f"{dsn.split('?')[0].replace('@/', f'@127.0.0.1:{free_port}/')}"
    assert await ask(over_tcp, "select 1") == [1]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(over_tcp.replace("guanxi:", "guanxi:x"), "select 1")
