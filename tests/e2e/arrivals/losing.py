"""A planted fault: a row that was taken and answered for is not there any more, behind everybody's back."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import asyncpg

from guanxi.postgres import EmbeddedPostgres
from tests.e2e.system import System

_LOSE = (
    "delete from interaction.{0} t where source_system = $1 and source_id = $2 returning to_jsonb(t)::text"
)
_FIND = "insert into interaction.{0} select * from jsonb_populate_record(null::interaction.{0}, $1::jsonb)"


@contextmanager
def lost(system: System, table: str, source: Mapping[str, str]) -> Iterator[None]:
    """Lose the row of a record until the block ends; the feed tells nothing of it."""
    url = EmbeddedPostgres(system.home).dsn
    row = asyncio.run(_run(url, _LOSE.format(table), source["system"], source["id"]))
    assert row is not None, f"{table} has no {source}"
    try:
        yield
    finally:
        asyncio.run(_run(url, _FIND.format(table), row))


async def _run(url: str, statement: str, *given: str) -> str | None:
    line = await asyncpg.connect(url)
    try:
        told: str | None = await line.fetchval(statement, *given)
        return told
    finally:
        await line.close()
