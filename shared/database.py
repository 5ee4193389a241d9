"""The database: a pool that speaks JSON, and transactions that end before the answer."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionHolder, PoolConnectionProxy

from shared.auth import Principal
from shared.ids import uuid7
from shared.settings import Settings

ACQUIRE_S = 5.0
ANY_SIZE = 0  # of statements that stay prepared: those above 15 KiB asyncpg would plan each time anew
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, slots=True)
class Transaction:
    """All that one request or one job writes; committed as a whole."""

    connection: PoolConnectionProxy
    id: UUID
    principal: Principal
    at: datetime


class Turns(asyncio.LifoQueue[PoolConnectionHolder]):
    """Free connections, for those who wait in the order in which they came.

    In asyncio's own queue who comes just now takes what was meant for who waits, and that one goes to the
    end of the line: where more wait than are served, some wait for seconds.
    """

    def __init__(self, free: asyncio.Queue[PoolConnectionHolder]) -> None:
        super().__init__(free.maxsize)
        self._waiting: deque[asyncio.Future[PoolConnectionHolder]] = deque()
        while not free.empty():
            self.put_nowait(free.get_nowait())

    async def get(self) -> PoolConnectionHolder:
        """Take one, at once or in turn."""
        if not self.empty():
            return self.get_nowait()
        turn: asyncio.Future[PoolConnectionHolder] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # served and cancelled at once
                self.put_nowait(turn.result())
            raise

    def put_nowait(self, item: PoolConnectionHolder) -> None:
        """Give one to who waits longest, or keep it."""
        while self._waiting:
            if not (turn := self._waiting.popleft()).done():
                turn.set_result(item)
                return
        super().put_nowait(item)


class Database:
    """The process's connections, for its own schema only."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.at_close: list[Callable[[], None]] = []  # for connections beside the pool

    @classmethod
    async def open(cls, settings: Settings) -> "Database":
        """Make a pool that connects when first used: a database that is down stops nobody from starting."""
        pool = await asyncpg.create_pool(
            settings.database_url,
            min_size=0,
            max_size=settings.pool_size,
            init=speak_json,
            reset=_keep,
            timeout=ACQUIRE_S,
            max_cacheable_statement_size=ANY_SIZE,
            server_settings={
                "application_name": f"guanxi {settings.service}",
                "timezone": "UTC",
                "statement_timeout": str(settings.statement_timeout_ms),
                "idle_in_transaction_session_timeout": str(settings.statement_timeout_ms),
            },
        )
        pool._queue = Turns(pool._queue)  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
        return cls(pool)

    async def close(self) -> None:
        """Close the pool; connections still in use after five seconds are cut."""
        for close in self.at_close:
            close()
        try:
            async with asyncio.timeout(5):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    @asynccontextmanager
    async def single(self, principal: Principal, *, at: datetime) -> AsyncIterator[Transaction]:
        """Open what one statement writes: it commits by itself, in one round trip instead of three."""
        async with self.pool.acquire() as connection:
            yield Transaction(connection, uuid7(), principal, at)

    @asynccontextmanager
    async def begin(self, principal: Principal, *, at: datetime) -> AsyncIterator[Transaction]:
        """Open a READ COMMITTED transaction; it commits when the block ends, rolls back when it raises."""
        async with self.pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            yield Transaction(connection, uuid7(), principal, at)


async def speak_json(connection: asyncpg.Connection) -> None:
    """Let `jsonb` be Python objects, and `json` be text that goes out as it came."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_to_jsonb, decoder=_from_jsonb, format="binary"
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=orjson.dumps, decoder=orjson.Fragment, format="binary"
    )


async def _keep(_: Any) -> None:  # noqa: ANN401 - asyncpg's connection
    """Reset nothing: no code leaves state in a session, and the query would halve a point read's speed."""


def _to_jsonb(value: object) -> bytes:
    return b"\x01" + orjson.dumps(value, default=_text)  # the version byte of jsonb's wire format


def _text(value: object) -> str:
    if isinstance(value, (UUID, Decimal)):  # asyncpg's own UUID is a subclass, which orjson does not take
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _from_jsonb(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    return orjson.loads(data[1:])
