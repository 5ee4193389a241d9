"""What every service's migrations/env.py does: run Alembic on one schema, alone, and wait for no lock."""

import asyncio
import os

import asyncpg
from alembic import context
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOCK_TIMEOUT = "3s"  # a migration that waits for a lock makes everyone behind it wait: give up and try again
ONE_AT_A_TIME = 0x6775616E7869  # "guanxi"; the key of an advisory lock


def run(metadata: MetaData) -> None:
    """Bring the metadata's schema to the revision asked for, as the owner (GUANXI_DATABASE_URL).

    All revisions of one run commit together; a second run waits for the first and then finds nothing to do.
    """
    if context.is_offline_mode():
        message = "Migrations run online only."
        raise RuntimeError(message)
    url = context.config.attributes.get("url") or os.environ["GUANXI_DATABASE_URL"]
    asyncio.run(_run(url, metadata))


async def _run(url: str, metadata: MetaData) -> None:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url)

    # asyncpg reads the URL itself: it understands all of libpq's forms.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate, metadata)
    await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    schema = metadata.schema

    def of_this_schema(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == schema

    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        include_name=of_this_schema,
    )
    with context.begin_transaction():
        connection.execute(text(f"select pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f'create schema if not exists "{schema}"'))
        context.run_migrations()
