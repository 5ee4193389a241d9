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


async def listed(request: Request, place: Paging, keys: Sequence[str], ask: Ask, **said: object) -> Response:
    """Answer a page; `keys` are the columns that its rows are ordered by, the last of them unique.

    `ask` gets `limit` and, beyond the first page, the last row's keys as `last_<key>`; its rows have the keys
    and their JSON as `data`. `said` stands beside the items.
    """
    cursors, scope = core(request).cursors, scope_of(request)
    last = cursors.decode(place.cursor, scope) if place.cursor else None
    items, end = await asked(place.limit, keys, last, ask)
    return page(items, None if end is None else cursors.encode(end, scope), request, **said)


async def asked(
    limit: int, keys: Sequence[str], last: Sequence[Any] | None, ask: Ask
) -> tuple[list[Any], list[Any] | None]:
    """Return the items behind the `last` keys, and the keys that the next page is behind: None at the end.

    `ask` is that of `listed`; this serves lists whose cursors come and go in another way.
    """
    given = last or [None] * len(keys)
    behind = {f"last_{key}": value for key, value in zip(keys, given, strict=True)}
    rows = await ask(limit=limit + 1, **behind)
    end = [rows[limit - 1][key] for key in keys] if len(rows) > limit else None
    return [row["data"] for row in rows[:limit]], end
