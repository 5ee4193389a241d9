"""What the tests of the feed do: change things, run sequencers, ask for pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from feed.routes import ChangePage, SnapshotPage
from feed.sequencer import run_sequencer
from feed.write import by
from shared.auth import Principal, Visibility
from shared.database import Database
from shared.ids import uuid7
from shared.settings import Settings
from tests.feed.things import FEED, UPSERT, WRITER
from tests.support.running import Running

SCOPES = frozenset(("feed:read",))
ALL = Principal("reader", SCOPES)
OWN = Principal("u-1", SCOPES, Visibility.OWN)
EAST = Principal("u-2", SCOPES, Visibility.DEPARTMENT, "east")


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def some(count: int) -> list[Any]:
    """Return new ids."""
    return [uuid7() for _ in range(count)]


async def set_values(database: Database, ids: list[UUID], value: int, writer: Principal = WRITER) -> None:
    """Change things."""
    async with database.begin(writer, at=now()) as tx:
        await UPSERT.all(tx.connection, ids=ids, values=[value] * len(ids), **by(tx))


async def until(database: Database, sql: str, wanted: Any) -> None:
    """Wait until a query answers as wanted."""
    async with asyncio.timeout(10):
        while await database.pool.fetchval(sql) != wanted:  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def sequencing(settings: Settings, count: int = 1) -> AsyncIterator[None]:
    """Run sequencers for the time of the block."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(run_sequencer(settings, FEED, stop)) for _ in range(count)]
    yield
    stop.set()
    await asyncio.gather(*tasks)


async def get(running: Running, principal: Principal = ALL, path: str = "", **params: Any) -> dict[str, Any]:
    """Return a page."""
    answer = await running.client(principal).get(f"/v1/changes{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    (SnapshotPage if path else ChangePage).model_validate(found)
    return found


async def refused(
    running: Running, principal: Principal = ALL, path: str = "", **params: Any
) -> httpx.Response:
    """Return a problem."""
    answer = await running.client(principal).get(f"/v1/changes{path}", params=params)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer
