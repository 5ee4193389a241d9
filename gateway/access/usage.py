"""When each key was last used: noted in memory, written in batches beside the requests."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, column, func, or_, select, update

from gateway.access.models import ApiKey
from shared.statements import Statement

EVERY = timedelta(seconds=20)
LAST_S = 2.0  # for the last write of a process that ends
MOST = 10_000  # keys noted between two writes, or while the database is away; the rest go unnoted
_AT = DateTime(timezone=True)
_given = func.unnest(bindparam("ids", type_=ARRAY(Uuid)), bindparam("minutes", type_=ARRAY(_AT)))
_GIVEN = _given.table_valued(column("id", Uuid), column("at", _AT), name="given").render_derived()
# Locked in the order of ids: another gateway writes the same keys at the same time.
_OLDER = (
    select(ApiKey.id, _GIVEN.c.at)
    .join(_GIVEN, _GIVEN.c.id == ApiKey.id)
    .where(or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < _GIVEN.c.at))
    .order_by(ApiKey.id)
    .with_for_update(of=ApiKey, key_share=True)
    .cte("older")
)
_WRITE = Statement(update(ApiKey).where(ApiKey.id == _OLDER.c.id).values(last_used_at=_OLDER.c.at))


class Usage:
    """The minute of the last use of each key since the last write."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.noted: dict[UUID, int] = {}

    def note(self, key: UUID) -> None:
        """Remember that a key is used now."""
        if key in self.noted or len(self.noted) < MOST:
            self.noted[key] = int(time.time()) // 60

    async def write(self) -> None:
        """Write what was noted; what cannot be written is kept for the next time, and the error raised."""
        taken, self.noted = self.noted, {}
        if not taken:
            return
        minutes = [datetime.fromtimestamp(minute * 60, UTC) for minute in taken.values()]
        try:
            await _WRITE.one(self.pool, ids=list(taken), minutes=minutes)
        except BaseException:
            both = taken | self.noted  # the newer minute of a key that is in both
            self.noted = dict(islice(both.items(), MOST))
            raise

    async def close(self) -> None:
        """Write the last of it, unless the database takes its time or is away."""
        with suppress(TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with asyncio.timeout(LAST_S):
                await self.write()
