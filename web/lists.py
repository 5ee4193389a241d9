"""Lists: keyset pages, whatever query gives their rows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from asyncpg import Record
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from shared.pagination import page, scope_of
from web.app import core

LAST_ID = UUID(int=2**128 - 1)  # behind every other, of lists that begin with the newest
Ask = Callable[..., Awaitable[list[Record]]]


class Paging:
    """Which page is asked for. No dataclass: FastAPI would read that from a body."""

    __slots__ = ("cursor", "limit")

    def __init__(self, limit: int, cursor: str | None) -> None:
        self.limit, self.cursor = limit, cursor


async def paging(
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` of the page before.")] = None,
) -> Paging:
    """Return which page is asked for."""
    return Paging(limit, cursor)


Paged = Annotated[Paging, Depends(paging)]


async def listed(request: Request, place: Paging, keys: Sequence[str], ask: Ask) -> Response:
    """Answer a page; `keys` are the columns that its rows are ordered by, the last of them unique.

    `ask` gets `limit` and, beyond the first page, the last row's keys as `last_<key>`; its rows have the keys
    and their JSON as `data`.
    """
    cursors, scope = core(request).cursors, scope_of(request)
    last = cursors.decode(place.cursor, scope) if place.cursor else [None] * len(keys)
    behind: dict[str, Any] = {f"last_{key}": value for key, value in zip(keys, last, strict=True)}
    rows = await ask(limit=place.limit + 1, **behind)
    end = rows[place.limit - 1] if len(rows) > place.limit else None
    following = None if end is None else cursors.encode([end[key] for key in keys], scope)
    return page([row["data"] for row in rows[: place.limit]], following, request)
