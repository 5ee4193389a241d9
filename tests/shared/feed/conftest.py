"""A database of its own for each test module, with the things and their feed."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.feed.tables import feed_ddl
from shared.ids import uuid7
from shared.settings import Settings
from tests.shared.feed.things import SCHEMA, Thing


@pytest.fixture(scope="session")
def postgres() -> str:
    """Return the address of a server."""
    return os.environ["GUANXI_TEST_DATABASE_URL"]


@pytest.fixture(scope="module")
async def settings(postgres: str) -> AsyncIterator[Settings]:
    """Yield settings for a fresh database that has the schema."""
    name = f"feed_{uuid4().hex[:12]}"
    url = urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
    server = await asyncpg.connect(postgres)
    await server.execute(f"create database {name}")
    await create(url)
    yield Settings(service=SCHEMA, database_url=url, keys=Path(), secret=b"s" * 32)
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def create(url: str) -> None:
    """Make the schema as a migration would."""
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"create schema {SCHEMA}")
        await connection.run_sync(lambda bind: feed_ddl(SimpleNamespace(get_bind=lambda: bind), SCHEMA))
        await connection.run_sync(Thing.metadata.tables[f"{SCHEMA}.things"].create)
    await engine.dispose()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Yield the service's pool on empty tables."""
    database = await Database.open(settings)
    await database.pool.execute(
        "truncate things.feed, things.things, things.history, things.feed_cursors, things.feed_parked "
        "restart identity"
    )
    await database.pool.execute(
        "update things.feed_head set position = 0, place = '', epoch = gen_random_uuid()"
    )
    await database.pool.execute("update things.feed_floor set position = 0")
    yield database
    await database.close()


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def some(count: int) -> list[Any]:
    """Return new ids."""
    return [uuid7() for _ in range(count)]
