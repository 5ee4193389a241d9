"""GET /v1/changes and its snapshot, over all services."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.changes import merging, snapshots, sources
from gateway.changes.schemas import ChangePage, SnapshotPage
from shared.auth import allow
from shared.errors import Unavailable, documents
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix=sources.PATH, tags=["changes"], dependencies=[allow("feed:read")])
PROBLEMS = documents(sources.Expired)
After = Annotated[str | None, Query(max_length=4000)]
Limit = Annotated[int, Query(ge=1, le=2000)]
Names = Annotated[str | None, Query(max_length=1000, description="kinds or types, separated by commas")]


@router.get("", response_model=ChangePage, responses=PROBLEMS)
@hot
async def get_changes(
    request: Request,
    *,
    after: After = None,
    limit: Limit = 500,
    types: Names = None,
    wait: Annotated[float, Query(ge=0, le=25, description="seconds to wait for a change")] = 0,
    thin: bool = False,
) -> Response:
    """List what changed in all services after a cursor; without one, from the oldest change that is kept."""
    cursors = core(request).cursors
    standing, turn = sources.read(cursors, after)
    wanted = sources.by_source(types, "types")
    question = merging.Question(request, request.app.state.services, wanted, limit, thin)
    merged = await merging.merge(question, standing, turn, wait)
    if len(merged.missing) == len(wanted):
        raise Unavailable("No service that was asked answers, try again.", headers={"Retry-After": "1"})
    return answer(
        {
            "items": merged.items,
            "next": sources.write(cursors, merged.standing, (turn + 1) % len(sources.SOURCES)),
            "up_to_date": not merged.behind and not merged.missing,
            "missing": sorted(merged.missing),
        }
    )


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
