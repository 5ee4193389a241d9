"""`guanxi migrate` and `revision`: schemas, roles that see their own only, and steps, once."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest

from guanxi.roles import Role, as_role, roles
from tests.guanxi.tree import MakeSystem, System

COUNT = "select count(*) from {}.thing"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def migrated(make_system: MakeSystem, url: str) -> tuple[System, Mapping[str, Role]]:
    system = make_system(GUANXI_DATABASE_URL=url)
    done = system.command("migrate")
    assert done.returncode == 0, done.stderr
    return system, roles(url, system.home, {})


async def test_a_role_has_its_own_schema_and_no_other(make_system: MakeSystem, database: str) -> None:
    _, found = migrated(make_system, database)
    for name, role in found.items():
        async with connected(role.url) as connection:
            await connection.execute(f"insert into {name}.thing values (1); update {name}.thing set id = 2")
            assert (
                await connection.fetchval(f"select current_user || count(*) from {name}.thing")
                == f"guanxi_{name}1"
            )
            for other in found.keys() - {name}:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(COUNT.format(other))
            for forbidden in (f"create table {name}.mine (x int)", "create table public.mine (x int)"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(forbidden)


async def test_a_table_made_later_is_the_roles_too(make_system: MakeSystem, database: str) -> None:
    system, found = migrated(make_system, database)
    revision = system.root / "services/scoring/tables.py"
    revision.write_text(
        revision.read_text() + 'Table("later", metadata, Column("id", Integer, primary_key=True))\n'
    )
    done = system.command("revision", "scoring", "add later")
    assert done.returncode == 0, done.stderr
    written = (system.root / "services/scoring/migrations/versions/0002_add_later.py").read_text()
    assert written.startswith('"""add later."""')
    assert written.count("create_table(") == 1
    assert system.command("migrate").returncode == 0
    async with connected(found["scoring"].url) as connection:
        assert await connection.fetchval("select count(*) from scoring.later") == 0


async def test_two_at_once_both_end_well(make_system: MakeSystem, database: str) -> None:
    systems = [make_system(GUANXI_DATABASE_URL=database) for _ in range(2)]
    running = [system.begin("migrate") for system in systems]
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    async with connected(database) as connection:
        assert await connection.fetchval("select array_agg(version_num) from customer.alembic_version") == [
            "0001"
        ]


async def test_the_embedded_server_is_migrated_while_it_runs_and_while_not(make_system: MakeSystem) -> None:
    system = make_system(fresh=True)
    for _ in range(2):
        done = system.command("migrate")
        assert done.returncode == 0, done.stderr
    assert system.processes() == []
    system.up()
    assert "migrates" not in system.log
    assert system.command("migrate").returncode == 0
    assert system.ask("/") == 200


def test_passwords_follow_the_owner_not_the_home(make_system: MakeSystem) -> None:
    owner = "postgresql://owner:secret@host:5432/db?sslmode=require"
    homes = [make_system().home, make_system().home]
    one, two = (roles(owner, home, {}) for home in homes)
    assert one == two
    assert one["customer"].password != one["scoring"].password
    assert roles(owner.replace("secret", "other"), homes[0], {}) != one
    without = [roles("postgresql://owner@host/db", home, {}) for home in homes]
    assert without[0] != without[1]
    given = roles(owner, homes[0], {"GUANXI_CUSTOMER_DATABASE_URL": "postgresql://c:p%20w@x/db"})["customer"]
    assert (given.name, given.password) == ("c", "p w")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://o:p@h:1,h2:2/db?x=y", "postgresql://r:s%2F@h:1,h2:2/db?x=y"),
        ("postgresql://o:p@/db?host=%2Ftmp%2Frun&port=1", "postgresql://r:s%2F@/db?host=%2Ftmp%2Frun&port=1"),
        ("postgresql://h/db?user=o&password=p", "postgresql://r:s%2F@h/db"),
    ],
)
def test_another_role_keeps_the_rest_of_the_url(url: str, expected: str) -> None:
    assert as_role(url, "r", "s/") == expected
