"""Migrations: one schema only, one at a time, nothing to do the second time."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from shared.revisions import ROOT
from tests.support.databases import fresh

ENV = """
from sqlalchemy import Column, Integer, MetaData, Table
from shared.migrations import run
metadata = MetaData(schema="{schema}")
Table("thing", metadata, Column("id", Integer, primary_key=True))
run(metadata)
"""


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """Give a database of its own."""
    async with fresh(postgres) as url:
        yield url


def tree(folder: Path, schema: str, url: str) -> Config:
    """Lay out an Alembic tree as the services have it."""
    (folder / schema / "versions").mkdir(parents=True)
    (folder / schema / "env.py").write_text(ENV.format(schema=schema))
    shutil.copy(ROOT / "shared/script.py.mako", folder / schema)
    config = Config()
    config.set_main_option("script_location", str(folder / schema))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


async def revise(config: Config, number: str) -> str:
    await asyncio.to_thread(command.revision, config, "Step", autogenerate=True, rev_id=number)
    return next(
        Path(config.get_main_option("script_location") or "", "versions").glob(f"{number}*")
    ).read_text()


async def test_a_revision_sees_its_own_schema_only(database: str, tmp_path: Path) -> None:
    north, south = tree(tmp_path, "north", database), tree(tmp_path, "south", database)
    assert "create_table" in await revise(north, "0001")
    await asyncio.to_thread(command.upgrade, north, "head")
    step = await revise(south, "0001")
    assert "create_table" in step
    assert "north" not in step
    await asyncio.to_thread(command.upgrade, south, "head")
    again = await revise(north, "0002")
    assert "create_table" not in again
    assert "drop_table" not in again


async def test_two_at_once_wait_for_each_other(database: str, tmp_path: Path) -> None:
    config = tree(tmp_path, "north", database)
    await revise(config, "0001")
    ini = tmp_path / "alembic.ini"
    ini.write_text(f"[alembic]\nscript_location = {tmp_path / 'north'}\npath_separator = os\n")
    environ = {**os.environ, "GUANXI_DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "alembic", "-c", str(ini), "upgrade", "head"]
    both = [await asyncio.create_subprocess_exec(*words, env=environ) for _ in range(2)]
    assert [await one.wait() for one in both] == [0, 0]
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("select array_agg(version_num) from north.alembic_version") == ["0001"]
    await connection.close()


async def test_a_locked_table_is_not_waited_for(database: str, tmp_path: Path) -> None:
    config = tree(tmp_path, "north", database)
    await revise(config, "0001")
    await asyncio.to_thread(command.upgrade, config, "head")
    versions = tmp_path / "north/versions"
    (versions / "0002_add.py").write_text(
        'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.execute("alter table north.thing add column name text")\n'
    )
    holder = await asyncpg.connect(database)
    async with holder.transaction():
        await holder.execute("lock table north.thing in access share mode")
        with pytest.raises(Exception, match="lock timeout"):
            await asyncio.to_thread(command.upgrade, config, "head")
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await holder.fetchval("select version_num from north.alembic_version") == "0002"
    await holder.close()
