"""Bringing the database to where the code is: a cheap look first, then rights and Alembic's steps."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import asyncpg

from guanxi.console import say
from guanxi.parts import PARTS, ROOT, Part
from guanxi.roles import Role, can_log_in, grant
from shared.revisions import heads

INI = ROOT / "alembic.ini"
ATTEMPTS = 10
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE
_ONE_AT_A_TIME = 0x726F6C6573  # "roles"; the key of an advisory lock


async def is_current(url: str, wanted: Mapping[str, Role]) -> bool:
    """Tell whether every schema is at its head and every role can log in."""
    owner = await asyncpg.connect(url)
    try:
        at = await _revisions(owner, [part.name for part in PARTS])
    finally:
        await owner.close()
    if any(at.get(part.name, set()) != heads(part.name) for part in PARTS):
        return False
    return all(await asyncio.gather(*(can_log_in(role) for role in wanted.values())))


async def _revisions(owner: asyncpg.Connection, schemas: list[str]) -> dict[str, set[str]]:
    known = "select schemaname from pg_tables where tablename = 'alembic_version' and schemaname = any($1)"
    found = [row["schemaname"] for row in await owner.fetch(known, schemas)]
    each = [f"select '{name}' as schema, version_num from {name}.alembic_version" for name in found]  # noqa: S608 - PARTS' names
    rows = await owner.fetch(" union all ".join(each)) if each else []
    return {row["schema"]: {row["version_num"]} for row in rows}


async def prepare(url: str, wanted: Mapping[str, Role]) -> None:
    """Make extensions, schemas, roles and rights, in one transaction and one system at a time."""
    owner = await asyncpg.connect(url)
    try:
        async with owner.transaction():
            await owner.execute(f"select pg_advisory_xact_lock({_ONE_AT_A_TIME})")
            await grant(owner, wanted)
    finally:
        await owner.close()


def upgrade(url: str, parts: Iterable[Part] = PARTS) -> None:
    """Run each part's revisions up to its head."""
    for part in parts:
        if heads(part.name):
            _patiently(url, part)


def _patiently(url: str, part: Part) -> None:
    """Try again while somebody holds a lock that a revision needs."""
    from alembic import command  # noqa: PLC0415 - only a database that is behind pays for the import
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    config = Config(INI, ini_section=part.name)
    config.attributes["url"] = url
    for attempt in range(1, ATTEMPTS + 1):
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            say(f"{part.name}: a table is locked, trying again ({attempt}/{ATTEMPTS})")
            time.sleep(attempt / 2)
        else:
            return


def migrate(url: str, wanted: Mapping[str, Role]) -> None:
    """Bring everything to its head; nothing changes when it is there."""
    asyncio.run(prepare(url, wanted))
    upgrade(url)


def revise(url: str, part: Part, message: str) -> None:
    """Write the next revision of one schema: what its tables have and the database has not."""
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415

    config = Config(INI, ini_section=part.name)
    config.attributes["url"] = url
    number = f"{len(list((part.migrations / 'versions').glob('*.py'))) + 1:04}"
    command.revision(config, message, autogenerate=True, rev_id=number)
