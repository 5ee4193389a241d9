"""GET /v1/calls/ringing: what rings, told at once to who will answer."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from gateway.calls.streaming import rings
from gateway.link import UpstreamError
from gateway.services import query
from shared.auth import allow
from shared.errors import Unavailable
from web.hot import hot

router = APIRouter(prefix="/v1/calls", tags=["calls"])
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=100, description="The last `id` heard.")
]
Accept = Annotated[str | None, Header(max_length=1000)]
SAYS = "An event `ring` has `call`, a CallRead, and `callers`, a CallersRead or null."
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {"text/event-stream": {"schema": {"description": SAYS}}},
    }
}


@router.get(
    "/ringing",
    responses=EVENTS,
    response_class=StreamingResponse,
    dependencies=[allow("customers:read"), allow("interactions:read")],
)
@hot
async def watch_rings(
    request: Request,
    *,
    agent: Word = None,
    queue: Word = None,
    last: LastEvent = None,
    accept: Accept = None,
) -> Response:
    """Send each call that rings, with who shares its number; goes on for who accepts text/event-stream."""
    given = {"last-event-id": last, "accept": accept}
    headers = {name: value for name, value in given.items() if value is not None}
    path = query("/v1/calls/ringing", {"agent": agent, "queue": queue})
    events = rings(request.app.state.services, request, path, headers)
    try:
        first = await anext(events)
    except UpstreamError as problem:
        raise Unavailable("Calls cannot be heard of, try again.") from problem
    return StreamingResponse(
        _all(first, events), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _all(first: bytes, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for event in events:
        yield event
