"""Pages of a timeline, read from either end and turned either way."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from asyncpg import Record
from starlette.requests import Request
from starlette.responses import Response

from shared.pagination import scope_of
from web.app import core
from web.lists import Paging

BACK = "back"
_RELATIONS = {"next": "next", "previous": "prev"}
# Gets the last row's keys, None for the first page; how many rows; and whether against the order of the list.
Ask = Callable[[Sequence[Any] | None, int, bool], Awaitable[list[Record]]]


async def turned(request: Request, place: Paging, ask: Ask) -> Response:
    """Answer a page whose rows have occurred_at, id and their JSON as `data`, with the ways on and back.

    `next` leads on in the order of the list, `previous` to the page before; null where there is none.
    """
    cursors, scope = core(request).cursors, scope_of(request)
    keys = cursors.decode(place.cursor, scope) if place.cursor else None
    back = keys is not None and keys[-1] == BACK
    rows = await ask(None if keys is None else keys[:2], place.limit + 1, back)
    more = len(rows) > place.limit
    rows = rows[: place.limit]
    if back:
        rows.reverse()
    after, before = (True, more) if back else (more, keys is not None)
    ways: dict[str, str | None] = {"next": None, "previous": None}
    if rows and after:
        ways["next"] = cursors.encode(_keys(rows[-1]), scope)
    if rows and before:
        ways["previous"] = cursors.encode([*_keys(rows[0]), BACK], scope)
    return _page(request, [row["data"] for row in rows], ways)


def _keys(row: Record) -> list[Any]:
    return [row["occurred_at"], row["id"]]


def _page(request: Request, items: list[Any], ways: dict[str, str | None]) -> Response:
    response = Response(orjson.dumps({"items": items, **ways}), media_type="application/json")
    links = [_link(request, way, cursor) for way, cursor in ways.items() if cursor is not None]
    if links:
        response.headers["link"] = ", ".join(links)
    return response


def _link(request: Request, way: str, cursor: str) -> str:
    kept = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    query = urlencode([*kept, ("cursor", cursor)])
    return f'<{request.url.path}?{query}>; rel="{_RELATIONS[way]}"'
