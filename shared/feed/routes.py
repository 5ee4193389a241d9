"""GET /v1/changes and its snapshot: how the feed is read over HTTP."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Query, Request, Response

from shared.app import Core, answer, core
from shared.auth import Principal, Visibility, allow
from shared.database import Database
from shared.errors import Forbidden, Invalid, Unauthenticated, Unavailable, documents
from shared.feed.reader import SNAPSHOT, Expired, Item, Place, Reader, Wanted, kind_of
from shared.feed.tables import Feed
from shared.feed.wake import Wake
from shared.hot import hot
from shared.schemas import Read
from shared.statements import Visible

ROUNDS = 100  # pages scanned for one answer when a filter leaves them empty
CanRead = Annotated[Principal, allow("feed:read")]
After = Annotated[str | None, Query(max_length=500)]
List = Annotated[str | None, Query(max_length=1000, description="separated by commas")]


class ChangeRead(Read):
    """A change as a CloudEvents 1.0 event; a thin one ends with `removed`.

    `data` is the newest state, of `data_version` ≥ `version`. Null data means: gone when `deleted`, no longer
    visible to you when `removed`, otherwise not there yet.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: UUID
    time: datetime
    version: int
    changed: list[str]
    origin: str | None
    transaction: UUID | None
    removed: bool
    data_version: int | None
    deleted: bool
    data: dict[str, Any] | None


class ChangePage(Read):
    """Changes in the order of the feed; `next` goes on where this page ended, also when it is the end."""

    items: list[ChangeRead]
    next: str
    up_to_date: bool


class RecordRead(Read):
    """The newest state of one record."""

    kind: str
    subject: UUID
    version: int
    data_version: int
    deleted: bool
    data: dict[str, Any] | None


class SnapshotPage(Read):
    """Records by kind and id; changes after `cursor` are what the whole snapshot may lack."""

    items: list[RecordRead]
    next: str | None
    cursor: str


def feed_router(feed: Feed, kinds: Mapping[str, Visible]) -> APIRouter:
    """Return the routes of a service's feed; `kinds` as in `Reader`: kind -> select (id, version, deleted, data)."""
    router = APIRouter(prefix="/v1/changes", tags=["changes"])
    desk = _Desk(Reader(feed, kinds))
    problems = documents(Invalid, Unauthenticated, Forbidden, Expired, Unavailable)

    @router.get("", response_model=ChangePage, responses=problems)
    @hot
    async def get_changes(  # noqa: PLR0913 - the query's parameters
        request: Request,
        principal: CanRead,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=2000)] = 500,
        types: List = None,
        wait: Annotated[float, Query(ge=0, le=25, description="seconds to wait for a change")] = 0,
        thin: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    ) -> Response:
        """What changed after a cursor (from the oldest change kept, without one), of some types or kinds."""
        held = core(request)
        place = desk.place(held, principal, after)
        wanted = Wanted(place, limit, desk.named(types, "types"), thin)
        items, end = await desk.poll(held, principal, wanted, wait)
        done = end.position >= end.head
        return answer({"items": items, "next": desk.cursor(held, principal, end), "up_to_date": done})

    @router.get("/snapshot", response_model=SnapshotPage, responses=problems)
    @hot
    async def get_snapshot(  # noqa: PLR0913 - as above
        request: Request,
        principal: CanRead,
        kind: List = None,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=SNAPSHOT)] = SNAPSHOT,
        ids: Annotated[list[UUID] | None, Query(max_length=100)] = None,
    ) -> Response:
        """All records of some kinds, or those named, as they are now; then follow the changes from `cursor`."""
        names = desk.named(kind, "kind") or list(kinds)
        return answer(await desk.snapshot(core(request), principal, _Part(names, after, limit, ids)))

    return router


@dataclass(frozen=True, slots=True)
class _Part:
    """Which part of a snapshot is asked for."""

    kinds: Sequence[str]
    after: str | None
    limit: int
    ids: Sequence[UUID] | None


class _Desk:
    """What both routes share: cursors that are bound to the reader's rights, waiting, naming kinds."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._feed = reader, reader.feed
        self._wakes: WeakKeyDictionary[Database, Wake] = WeakKeyDictionary()  # one for each running application

    def named(self, text: str | None, parameter: str) -> list[str]:
        """Return the names in a comma-separated parameter; Invalid for what this feed does not tell of."""
        names = [name.strip() for name in (text or "").split(",") if name.strip()]
        if unknown := [name for name in names if kind_of(name) not in self._reader.kinds]:
            known = f"{len(unknown)} unknown; this feed tells of {', '.join(self._reader.kinds)}."
            raise Invalid(known, errors=[{"parameter": parameter, "code": "unknown", "detail": known}])
        return names

    def cursor(self, held: Core, principal: Principal, place: Place, *keys: object, scope: str = "") -> str:
        """Return the signed form of a place."""
        told = (place.epoch, place.position, _rights(principal), *keys)
        return held.cursors.encode(told, self._feed.source + scope)

    def read(self, held: Core, principal: Principal, cursor: str, scope: str = "") -> tuple[Place, list[Any]]:
        """Return the place and the further keys; Invalid if forged, Expired if the reader's rights changed."""
        keys = held.cursors.decode(cursor, self._feed.source + scope, parameter="after")
        epoch, position, rights, *more = keys
        if rights != _rights(principal):
            raise Expired("Your rights have changed since this cursor was given out.")
        return Place(epoch, position), more

    def place(self, held: Core, principal: Principal, cursor: str | None) -> Place | None:
        """Return where to read on."""
        return None if cursor is None else self.read(held, principal, cursor)[0]

    async def poll(
        self, held: Core, principal: Principal, wanted: Wanted, seconds: float
    ) -> tuple[list[Item], Place]:
        """Return the first page that has changes, or an empty one at the end of the feed after `seconds`."""
        now = asyncio.get_running_loop().time
        until, wake = now() + seconds, self._wake(held)
        for _ in range(ROUNDS):
            ticket = await wake.ticket() if seconds else asyncio.Event()
            items, end = await self._reader.page(held.database, principal, wanted)
            left, done = until - now(), end.position >= end.head
            if items or (done and left <= 0):
                break
            if done:
                await wake.wait(ticket, left)
            wanted = replace(wanted, after=end)
        return items, end

    async def snapshot(self, held: Core, principal: Principal, part: _Part) -> dict[str, object]:
        """Return one page; the place of the first page, where the changes begin, goes along in the cursors."""
        pool, scope = held.database.pool, f"/snapshot?{','.join(part.kinds)}"
        place, at, last = await self._reader.head(pool), part.kinds[0], None
        if part.after is not None:
            begun, (at, last) = self.read(held, principal, part.after, scope)
            if begun.epoch != place.epoch:
                raise Expired("The feed was restored since this snapshot began.")
            place = begun
        if part.ids is not None:
            items = await self._reader.named(pool, principal, at, part.ids)
            following = None
        else:
            items = (await self._reader.rows(pool, principal, at, last))[: part.limit]
            rest = part.kinds[part.kinds.index(at) + 1 :]
            full = len(items) == part.limit
            following = (at, UUID(items[-1]["subject"])) if full else (rest[0], None) if rest else None
        return {
            "items": items,
            "next": following and self.cursor(held, principal, place, *following, scope=scope),
            "cursor": self.cursor(held, principal, place),
        }

    def _wake(self, held: Core) -> Wake:
        wake = self._wakes.get(held.database)
        if wake is None:
            wake = self._wakes[held.database] = Wake(held.settings.database_url, self._feed.channel)
            held.database.at_close.append(wake.close)
        return wake


def _rights(principal: Principal) -> str:
    match principal.visibility:
        case Visibility.ALL:
            return "all"
        case Visibility.DEPARTMENT:
            return f"department {principal.department} {principal.id}"
        case Visibility.OWN:
            return f"own {principal.id}"
