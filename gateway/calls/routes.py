"""GET /v1/calls/ringing, what rings, told at once to who will answer; and GET /v1/calls/missed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from gateway.calls.missing import missed
from gateway.calls.schemas import MissedPage
from gateway.calls.streaming import Listener, rings
from gateway.link import UpstreamError
from gateway.services import query
from gateway.upstream import Answer
from shared.auth import Principal, allow
from shared.errors import MEDIA_TYPE, REF, Invalid, Unavailable, documents
from shared.schemas import Instant
from web.app import answer
from web.hot import hot

router = APIRouter(prefix="/v1/calls", tags=["calls"])
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=100, description="The last `id` heard.")
]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
MOST = 50
SAYS = "The data of an event `ring` is a call, and who shares its number."
RING = {
    "type": "object",
    "description": "The data of an event `ring`.",
    "required": ["call", "callers"],
    "properties": {
        "call": {"x-schema": "CallRead"},
        "callers": {"anyOf": [{"$ref": REF + "CallersRead"}, {"type": "null"}]},
    },
}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {"text/event-stream": {"schema": {"description": SAYS, "x-item-schema": RING}}},
    }
}


@router.get(
    "/ringing",
    responses=EVENTS,
    response_class=StreamingResponse,
    dependencies=[allow("interactions:read")],
)
@hot
async def watch_rings(
    request: Request,
    principal: Annotated[Principal, allow("customers:read")],
    *,
    agent: Word = None,
    queue: Word = None,
    last: LastEvent = None,
) -> Response:
    """Send each call that rings, with who shares its number; goes on for who accepts text/event-stream."""
    given = {"last-event-id": last, "accept": request.headers.get("accept")}
    headers = {name: value for name, value in given.items() if value is not None}
    path = query("/v1/calls/ringing", {"agent": agent, "queue": queue})
    listener = Listener(request.app.state.services, request, principal, request.app.state.sharing)
    events = rings(listener, path, headers)
    try:
        first = await anext(events)
    except UpstreamError as problem:
        raise Unavailable("Calls cannot be heard of, try again.") from problem
    return StreamingResponse(
        _all(first, events), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


@router.get(
    "/missed",
    response_model=MissedPage,
    responses=documents(Invalid),
    dependencies=[allow("customers:read"), allow("interactions:read")],
)
@hot
async def list_missed_calls(
    request: Request,
    *,
    queue: Word = None,
    since: Annotated[Instant | None, Query(description="What began then or later.")] = None,
    until: Annotated[Instant | None, Query(description="What began before then.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Cursor = None,
) -> Response:
    """List the last missed call of each number that nobody has talked to since, with who shares it."""
    times = {"since": since and since.isoformat(), "until": until and until.isoformat()}
    given = {"queue": queue, **times, "limit": limit, "cursor": cursor}
    told = await missed(request.app.state.services, request, **given)
    if isinstance(told, Answer):
        return Response(told.body, told.status, media_type=MEDIA_TYPE)
    return answer(told)


async def _all(first: bytes, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for event in events:
        yield event
