"""GET /v1/changes and its snapshot: how the feed is read over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from feed.polling import Desk, Part, parted
from feed.reader import SNAPSHOT, Expired, Reader, Wanted
from feed.tables import Feed
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, Unauthenticated, Unavailable, documents
from shared.schemas import Read
from shared.statements import Visible
from web.app import answer, core
from web.hot import hot

CanRead = Annotated[Principal, allow("feed:read")]
After = Annotated[str | None, Query(max_length=500)]
List = Annotated[str | None, Query(max_length=1000, description="separated by commas")]
Brief = Annotated[bool, Query(description="only what other services keep, of kinds that have such a part")]


async def _made_by(origins: List = None, not_origins: List = None) -> dict[str, list[str]]:
    return {"origins": parted(origins), "not_origins": parted(not_origins)}


MadeBy = Annotated[dict[str, list[str]], Depends(_made_by)]


class ThinChangeRead(Read):
    """A change as a CloudEvents 1.0 event; `removed`: the subject is no longer visible to you."""

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


class ChangeRead(ThinChangeRead):
    """A change with the newest state of its subject, of `data_version` ≥ `version`.

    Without data it was deleted or removed; if neither, it is not there yet: ask again from before it.
    """

    data_version: int | None
    deleted: bool
    data: dict[str, Any] | None


class ChangePage(Read):
    """Changes in the order of the feed; `next` goes on where this page ended, also when it is the end."""

    items: list[ChangeRead | ThinChangeRead]
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


def feed_router(
    feed: Feed, kinds: Mapping[str, Visible], briefs: Mapping[str, Visible] | None = None
) -> APIRouter:
    """Return the routes of a service's feed; `kinds` and `briefs` are the selects that `Reader` describes."""
    router = APIRouter(prefix="/v1/changes", tags=["changes"])
    desk = Desk(Reader(feed, kinds, briefs))
    problems = documents(Invalid, Unauthenticated, Forbidden, Expired, Unavailable)

    @router.get("", response_model=ChangePage, responses=problems)
    @hot
    async def get_changes(
        request: Request,
        principal: CanRead,
        *,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=2000)] = 500,
        types: List = None,
        made_by: MadeBy,
        wait: Annotated[float, Query(ge=0, le=25, description="seconds to wait for a change")] = 0,
        thin: bool = False,
        brief: Brief = False,
    ) -> Response:
        """List what changed after a cursor; without one, from the oldest change that is kept."""
        held = core(request)
        place = desk.place(held, principal, after)
        wanted = Wanted(place, limit, desk.named(types, "types"), **made_by, thin=thin, brief=brief)
        items, end = await desk.poll(held, principal, wanted, wait)
        done = end.position >= end.head
        return answer({"items": items, "next": desk.cursor(held, principal, end), "up_to_date": done})

    @router.get("/snapshot", response_model=SnapshotPage, responses=problems)
    @hot
    async def get_snapshot(
        request: Request,
        principal: CanRead,
        *,
        kind: List = None,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=SNAPSHOT)] = SNAPSHOT,
        ids: Annotated[list[UUID] | None, Query(max_length=100)] = None,
        brief: Brief = False,
    ) -> Response:
        """List all records of some kinds, or those named, as they are now; then follow `cursor`."""
        names = desk.named(kind, "kind") or list(kinds)
        part = Part(names, after, limit, ids, brief)
        return answer(await desk.snapshot(core(request), principal, part))

    return router
