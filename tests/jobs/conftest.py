"""A service that has nothing but jobs, on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from jobs.routes import Kind, job_router
from jobs.schemas import JobRead
from shared.auth import allow
from shared.database import Database
from shared.schemas import Read
from shared.settings import Settings
from tests.jobs.counting import JOBS, METADATA
from tests.support.databases import fresh
from tests.support.running import Running, run
from web.app import create_app


class CountPage(Read):
    """Jobs, newest first."""

    items: list[JobRead]
    next: str | None


KIND = Kind(
    "count", "/v1/counts", "count_run", JobRead, CountPage, allow("things:read"), allow("things:write")
)


@pytest.fixture(scope="module")
async def settings(postgres: str, keys: Path) -> AsyncIterator[Settings]:
    """Yield settings for a fresh database that has the table."""
    async with fresh(postgres) as url:
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.begin() as connection:
            await connection.exec_driver_sql("create schema things")
            await connection.run_sync(METADATA.create_all)
        await engine.dispose()
        yield Settings(service="sample", database_url=url, keys=keys, secret=b"s" * 32)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Yield a pool on empty tables."""
    database = await Database.open(settings)
    await database.pool.execute("truncate things.jobs, things.numbers")
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Yield the service."""
    async with run(
        create_app(settings, title="Counts", routers=[job_router(JOBS, KIND)]), settings
    ) as service:
        yield service


@pytest.fixture
async def client(running: Running, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that may do everything."""
    async with running.client() as client:
        yield client
