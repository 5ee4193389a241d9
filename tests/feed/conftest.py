"""A database of its own for each test module, with the things and their feed."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from feed.routes import feed_router
from feed.tables import feed_ddl
from shared.database import Database
from shared.settings import Settings
from shared.statements import visible
from tests.feed.things import FEED, SCHEMA, STATE, Thing
from tests.support.databases import fresh
from tests.support.running import Running, run
from web.app import create_app


@pytest.fixture(scope="module")
async def settings(postgres: str, keys: Path) -> AsyncIterator[Settings]:
    """Yield settings for a fresh database that has the schema."""
    async with fresh(postgres) as url:
        await create(url)
        yield Settings(service="sample", database_url=url, keys=keys, secret=b"s" * 32)


async def create(url: str) -> None:
    """Make the schema as a migration would."""
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"create schema {SCHEMA}")
        await connection.run_sync(lambda bind: feed_ddl(SimpleNamespace(get_bind=lambda: bind), SCHEMA))
        await connection.run_sync(Thing.metadata.tables[f"{SCHEMA}.things"].create)
    await engine.dispose()


@pytest.fixture(scope="module")
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Yield a service that has nothing but a feed."""
    app = create_app(settings, title="Things", routers=[feed_router(FEED, {"thing": visible(STATE, Thing)})])
    async with run(app, settings) as service:
        yield service


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection of its own, as the sequencer has."""
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


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
