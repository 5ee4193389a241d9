"""GET /v1/changes, its events and its snapshot, over all services."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from gateway.changes import snapshots, sources
from gateway.changes.following import Follower
from gateway.changes.merging import Question
from gateway.changes.schemas import ChangePage, SnapshotPage
from shared.auth import allow
from shared.errors import REF, documents
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix=sources.PATH, tags=["changes"], dependencies=[allow("feed:read")])
PROBLEMS = documents(sources.Expired)
After = Annotated[str | None, Query(max_length=4000)]
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=4000, description="The last `id` heard.")
]
Limit = Annotated[int, Query(ge=1, le=2000)]
Names = Annotated[str | None, Query(max_length=1000, description="kinds or types, separated by commas")]
Origins = Annotated[str | None, Query(max_length=1000, description="only what these systems wrote")]
NotOrigins = Annotated[str | None, Query(max_length=1000, description="not what these systems wrote")]


async def _chosen(
    request: Request,
    *,
    types: Names = None,
    origins: Origins = None,
    not_origins: NotOrigins = None,
    thin: bool = False,
) -> Question:
    given = {"origins": origins, "not_origins": not_origins, "thin": "true" if thin else None}
    return Question(request, request.app.state.services, sources.by_source(types, "types"), 0, given)


Chosen = Annotated[Question, Depends(_chosen)]
SAYS = "The data of an event `changes` is a page, and its id the cursor after it."
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {
            "text/event-stream": {
                "schema": {"description": SAYS, "x-item-schema": {"$ref": REF + ChangePage.__name__}}
            }
        },
    }
}


@router.get("", response_model=ChangePage, responses=PROBLEMS)
@hot
async def get_changes(
    request: Request,
    *,
    after: After = None,
    limit: Limit = 500,
    chosen: Chosen,
    wait: Annotated[float, Query(ge=0, le=25, description="seconds to wait for a change")] = 0,
) -> Response:
    """List what changed in all services after a cursor; without one, from the oldest change that is kept."""
    return answer(await _follower(request, chosen, after, limit).page(wait))


@router.get(
    "/events", responses={**PROBLEMS, **EVENTS}, response_class=StreamingResponse, name="watch_changes"
)
@hot
async def watch_changes(
    request: Request,
    *,
    after: After = None,
    last: LastEvent = None,
    limit: Limit = 500,
    chosen: Chosen,
) -> Response:
    """Send changes as they come, after the last id heard; goes on for who accepts text/event-stream."""
    follower = _follower(request, chosen, last or after, limit)
    going_on = "text/event-stream" in request.headers.get("accept", "")
    events = follower.events(await follower.page(), going_on=going_on)
    return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


def _follower(request: Request, chosen: Question, after: str | None, limit: int) -> Follower:
    return Follower(replace(chosen, limit=limit), core(request).cursors, after)


@router.get("/snapshot", response_model=SnapshotPage, responses=PROBLEMS)
@hot
async def get_snapshot(
    request: Request,
    kind: Names = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Response:
    """List all records as they are now, page by page; then follow `cursor` for what has changed since."""
    wanted = sources.by_source(kind, "kind")
    page = snapshots.Page(request, request.app.state.services, wanted, limit)
    return answer(await page.read(core(request).cursors, after))
