"""Routes of calls: events in; calls, their events and their history out; and what agents say of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from feed.history import HistoryPage, Stepped
from services.interaction.calls import answers, ringing
from services.interaction.calls.correcting import Correction, correct
from services.interaction.calls.drafts import EventKeyTaken, stored
from services.interaction.calls.figures import Asked
from services.interaction.calls.folding import CallDirection, CallOutcome, CallState
from services.interaction.calls.kind import CALLS
from services.interaction.calls.missed import MISSED
from services.interaction.calls.parameters import figured
from services.interaction.calls.queries import SHOWN
from services.interaction.calls.schemas import (
    CallEventBatch,
    CallEventCreate,
    CallEvents,
    CallFigures,
    CallPage,
    CallRead,
    CallUpdate,
    MissedCallPage,
)
from services.interaction.correspondents.numbers import comparable
from services.interaction.identities.actions import recognise
from services.interaction.identities.paths import key_in
from services.interaction.identities.people import key_of
from services.interaction.records import answers as records
from services.interaction.records.actions import UnknownCustomer, fetch, statements
from services.interaction.records.drafts import RecordRetired
from services.interaction.records.lists import Listing, equal
from services.interaction.records.parameters import Facts, Named, Word
from services.interaction.records.schemas import BatchResults
from shared.auth import Principal, Visibility, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Instant
from web.app import answer, core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1/calls", tags=["calls"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]
OWN = ("state", "direction", "outcome", "agent", "queue", "disposition", "number")
LISTING = Listing(CALLS, {name: equal(CALLS, name) for name in OWN})
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {
            "text/event-stream": {"schema": {"description": "The data of an event `ring` has a `call`."}}
        },
    }
}
Number = Annotated[str | None, Query(min_length=1, max_length=200, description="In any written form.")]
LastEvent = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=100, description="The last `id` heard.")
]


@router.post(
    "/events",
    status_code=201,
    response_model=CallRead,
    responses={
        200: {"model": CallRead, "description": "It was known already."},
        **documents(EventKeyTaken, RecordRetired, UnknownCustomer),
    },
)
@hot
async def create_call_event(request: Request, body: CallEventCreate, principal: CanWrite) -> Response:
    """Take an event of a call, in any order and any number of times; answers the call as it is now."""
    return await answers.take_one(request, principal, body)


@router.post("/events/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_call_events(request: Request, body: CallEventBatch, principal: CanWrite) -> Response:
    """Take up to a thousand events, each judged on its own; results name the calls."""
    return await answers.take_many(request, principal, body.items, dry=body.dry_run)


async def _filters(
    request: Request,
    *,
    state: CallState | None = None,
    direction: CallDirection | None = None,
    outcome: CallOutcome | None = None,
    agent: Word = None,
    queue: Word = None,
    disposition: Word = None,
    number: Number = None,
) -> dict[str, Any]:
    meant = number and (comparable(number, core(request).settings.country) or "")
    given = {"state": state, "direction": direction, "outcome": outcome, "number": meant}
    return given | {"agent": agent, "queue": queue, "disposition": disposition}


async def _missing(
    *,
    queue: Word = None,
    since: Annotated[Instant | None, Query(description="What began then or later.")] = None,
    until: Annotated[Instant | None, Query(description="What began before then.")] = None,
) -> dict[str, Any]:
    return {"queue": queue, "since": since, "until": until}


@router.get("", response_model=CallPage, responses=documents(Invalid))
@hot
async def list_calls(
    request: Request, principal: CanRead, span: Facts, given: Annotated[dict[str, Any], Depends(_filters)]
) -> Response:
    """List calls, the last recorded first."""
    return await LISTING.answer(request, principal, span, given)


@router.get("/ringing", responses=EVENTS, response_class=StreamingResponse)
@hot
async def stream_rings(
    request: Request,
    principal: CanRead,
    *,
    agent: Word = None,
    queue: Word = None,
    last: LastEvent = None,
) -> Response:
    """Send what rings as server-sent events; goes on for who accepts text/event-stream, else ends at once."""
    wanted = ringing.Wanted(agent, queue)
    stay = "text/event-stream" in request.headers.get("accept", "")
    heard = key_in(last) if last else None
    stream = answers.rings_of(request).stream(
        principal, wanted, heard if isinstance(heard, UUID) else None, stay=stay
    )
    return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store"})


@router.get("/figures", response_model=CallFigures, responses=documents(Invalid))
@hot
async def get_call_figures(
    request: Request, principal: CanRead, asked: Annotated[Asked, Depends(figured)]
) -> Response:
    """Show the figures of queues: each interval and queue in which there were calls."""
    items = await asked.read(core(request).database.pool, principal)
    return answer({**asked.told(), "items": items})


@router.get("/missed", response_model=MissedCallPage, responses=documents(Invalid))
@hot
async def list_missed(
    request: Request, principal: CanRead, place: Paged, missing: Annotated[dict[str, Any], Depends(_missing)]
) -> Response:
    """List the last missed call of each number that nobody has talked to since, the newest first."""
    pool, none = core(request).database.pool, {"last_occurred_at": None}
    return await listed(
        request,
        place,
        ("occurred_at", "id"),
        lambda **given: MISSED.all(pool, principal, **missing, **(none | given)),
    )


@router.get("/{call_id}", response_model=CallRead, responses=documents(NotFound))
@hot
async def get_call(request: Request, call_id: Named, principal: CanRead) -> Response:
    """Show a call."""
    return await records.get(request, principal, CALLS, call_id)


@router.get("/{call_id}/events", response_model=CallEvents, responses=documents(NotFound))
@hot
async def list_call_events(request: Request, call_id: Named, principal: CanRead) -> Response:
    """List all events of a call, in the order in which they are added up."""
    pool = core(request).database.pool
    row = await fetch(pool, principal, CALLS, call_id)
    rows = await SHOWN.to(principal).all(pool, id=row["id"])
    rows.sort(key=lambda each: stored({**each, "said": {}, "by_hand": False}).order)
    return answer({"items": [each["data"] for each in rows]})


@router.get("/{call_id}/history", response_model=HistoryPage, responses=documents(NotFound, Invalid))
@hot
async def get_call_history(request: Request, call_id: Named, principal: CanRead, place: Stepped) -> Response:
    """List what each event and each correction changed of a call, the newest first."""
    return await records.past(request, principal, CALLS, call_id, place)


@router.patch(
    "/{call_id}",
    response_model=CallRead,
    responses=documents(NotFound, PreconditionRequired, PreconditionFailed, UnknownCustomer),
)
@hot
async def update_call(
    body: CallUpdate, request: Request, call_id: Named, seen: Seen, principal: CanWrite
) -> Response:
    """Say how a call went, or whose it is; what an agent says holds against the telephone system."""
    held, patch = core(request), body.model_dump(exclude_unset=True)
    row = await fetch(held.database.pool, principal, CALLS, call_id)
    whose = None
    if body.customer is not None:
        key, closely = key_of(body.customer), principal.visibility is not Visibility.ALL
        people = await recognise(held.database.pool, records.customers(request), [key], closely=closely)
        whose = (key, people)
    given = Correction(row["id"], patch, seen, whose, held.settings.country)

    async def act(tx: Transaction) -> Answer:
        await correct(tx, given)
        now = await statements(CALLS).one.one(tx.connection, principal, id=given.id)
        if now is None:
            raise NotFound
        return Answer(now["data"], version=now["version"], subjects=(given.id,))

    return await once(request, principal, act)
