"""Databases for tests: one template per service, migrated once by Alembic, and quick copies of it."""

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from tests.architecture.tree import PLUMBING

ROOT = Path(__file__).parents[2]


def at(server: str, database: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@asynccontextmanager
async def fresh(server: str, service: str = "") -> AsyncIterator[str]:
    """Give the address of a new database, with the service's schema when one is named; drop it at the end."""
    origin = await template(server, service) if service else "template1"
    name = f"gx_{service or 'empty'}_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server)
    try:
        await owner.execute(f"create database {name} template {origin}")
        try:
            yield at(server, name)
        finally:
            await owner.execute(f"drop database {name} with (force)")
    finally:
        await owner.close()


async def template(server: str, service: str) -> str:
    """Return the name of the service's template; make it when no process has made it from this code."""
    name = f"gx_template_{service}_{_fingerprint(service)}"
    with await asyncio.to_thread(_locked, name):
        owner = await asyncpg.connect(server)
        try:
            if not await owner.fetchval("select 1 from pg_database where datname = $1", name):
                await owner.execute(f"drop database if exists {name}_new with (force)")
                await owner.execute(f"create database {name}_new")
                await asyncio.to_thread(_migrate, at(server, f"{name}_new"), service)
                await owner.execute(f"alter database {name}_new rename to {name}")
        finally:
            await owner.close()
    return name


def _migrate(url: str, service: str) -> None:
    from guanxi.migrate import upgrade  # noqa: PLC0415 - Alembic only where a template is made
    from guanxi.parts import part  # noqa: PLC0415 - as above
    from guanxi.roles import EXTENSIONS  # noqa: PLC0415 - as above

    async def extend() -> None:
        owner = await asyncpg.connect(url)
        for extension in EXTENSIONS:
            await owner.execute(f"create extension if not exists {extension} with schema public")
        await owner.close()

    asyncio.run(extend())
    upgrade(url, [part(service)])


@cache
def _fingerprint(service: str) -> str:
    """Name the code that a schema is made from."""
    folders = [ROOT / "services" / service, *(ROOT / name for name in (service, *PLUMBING))]
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _locked(name: str) -> IO[bytes]:
    """Wait until no other process on this machine makes the same template; closing the file lets go."""
    file = (Path(tempfile.gettempdir()) / f"{name}_{os.getuid()}.lock").open("wb")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file
