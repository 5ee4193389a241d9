"""Streams out: page after page in the order of ids; nothing is held while the client reads."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import UUID

import orjson
from asyncpg import Record
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from streams.describing import NDJSON
from streams.turns import turns

LEAST, MOST = 10, 1_000  # rows of a page
AIM = 512 << 10  # bytes of a page: of long records fewer are read at a time
FIRST = 100
# Gets `limit` and the last id, or None; gives rows with `id` and their JSON as `data`, by id.
Ask = Callable[[int, UUID | None], Awaitable[list[Record]]]
After = Annotated[UUID | None, Query(description="The id in the last line that came: go on behind it.")]


async def give(request: Request, ask: Ask, after: UUID | None) -> Response:
    """Answer all that `ask` gives, a record a line, and at last how many there were."""
    first = [] if request.method == "HEAD" else await _asked(request, ask, FIRST, after)
    return StreamingResponse(_lines(request, ask, first), media_type=NDJSON)


async def _asked(request: Request, ask: Ask, limit: int, after: UUID | None) -> list[Record]:
    async with turns(request):
        return await ask(limit, after)


async def _lines(request: Request, ask: Ask, rows: list[Record]) -> AsyncIterator[bytes]:
    """Yield a page at a time, the first of which is there, so that who may not ask hears a problem."""
    count, limit = 0, FIRST
    while rows:
        page = b"".join(_line(row["data"]) for row in rows)
        count, last, full = count + len(rows), rows[-1]["id"], len(rows) == limit
        limit = min(MOST, max(LEAST, AIM * len(rows) // len(page)))
        del rows
        yield page
        rows = await _asked(request, ask, limit, last) if full else []
    yield orjson.dumps({"complete": True, "count": count}, option=orjson.OPT_APPEND_NEWLINE)


def _line(data: object) -> bytes:
    """Return a record as the database has rendered it: what breaks its lines is white space."""
    return orjson.dumps(data).replace(b"\n", b" ") + b"\n"
