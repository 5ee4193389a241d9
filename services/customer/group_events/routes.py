"""Events of groups over HTTP: those of a group, each one by its id, and who attended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from feed.history import HistoryPage, Stepped
from services.customer.customers.routes import CanRead, CanWrite
from services.customer.group_events.queries import ATTENDANCES, ATTENDEES, EVENTS, OF_GROUP
from services.customer.group_events.schemas import (
    AttendanceRead,
    AttendeeBatch,
    AttendeePage,
    AttendeeRow,
    GroupEventCreate,
    GroupEventPage,
    GroupEventRead,
    GroupEventUpdate,
)
from services.customer.groups.joining import Joining
from services.customer.groups.problems import GroupNotFound
from services.customer.groups.queries import GROUPS
from services.customer.groups.schemas import JoinedResult
from shared.database import Transaction
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Day
from web.app import core
from web.etag import Seen
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1", tags=["groups"])
CHANGING = documents(NotFound, Invalid, PreconditionRequired, PreconditionFailed)
ATTENDING = Joining(ATTENDANCES, "event_id", AttendeeRow)


@router.post(
    "/groups/{group_id}/events",
    status_code=201,
    response_model=GroupEventRead,
    responses=documents(GroupNotFound, Invalid),
)
@hot
async def create_group_event(
    body: GroupEventCreate, request: Request, group_id: UUID, principal: CanWrite
) -> Response:
    """Note what a group did on a day, or will do."""

    async def act(tx: Transaction) -> Answer:
        group = await GROUPS.fetch(tx.connection, principal, group_id)
        return await EVENTS.create(tx, {**body.model_dump(), "group_id": group["id"]}, "/v1/group-events")

    return await once(request, principal, act)


@router.get(
    "/groups/{group_id}/events", response_model=GroupEventPage, responses=documents(GroupNotFound, Invalid)
)
@hot
async def list_group_events(
    request: Request,
    group_id: UUID,
    principal: CanRead,
    place: Paged,
    *,
    since: Annotated[Day | None, Query(description="On that day or later.")] = None,
    until: Annotated[Day | None, Query(description="On that day or before.")] = None,
) -> Response:
    """List the events of a group, the latest first."""
    pool = core(request).database.pool
    chosen = {
        "group_id": (await GROUPS.fetch(pool, principal, group_id))["id"],
        "since": since,
        "until": until,
    }
    return await listed(
        request, place, ("held_on", "id"), lambda **given: OF_GROUP.all(pool, principal, **given, **chosen)
    )


@router.get("/group-events/{event_id}", response_model=GroupEventRead, responses=documents(NotFound))
@hot
async def get_group_event(request: Request, event_id: UUID, principal: CanRead) -> Response:
    """Read one event."""
    return await EVENTS.read(request, principal, event_id)


@router.patch("/group-events/{event_id}", response_model=GroupEventRead, responses=CHANGING)
@hot
async def update_group_event(
    body: GroupEventUpdate, request: Request, event_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Apply a JSON merge patch."""
    patch = body.model_dump(exclude_unset=True)
    return await once(request, principal, lambda tx: EVENTS.change(tx, event_id, patch, seen))


@router.delete("/group-events/{event_id}", status_code=204, responses=CHANGING)
@hot
async def delete_group_event(request: Request, event_id: UUID, seen: Seen, principal: CanWrite) -> Response:
    """Forget an event; nobody has attended it then."""
    return await once(request, principal, lambda tx: EVENTS.remove(tx, event_id, seen))


@router.get("/group-events/{event_id}/history", response_model=HistoryPage, responses=documents(NotFound))
@hot
async def get_group_event_history(
    request: Request, event_id: UUID, principal: CanRead, place: Stepped
) -> Response:
    """List who changed what, newest first."""
    return await EVENTS.past(request, principal, place, event_id)


@router.post(
    "/group-events/{event_id}/attendees/batch",
    response_model=JoinedResult,
    responses=documents(NotFound, Invalid),
)
@hot
async def add_group_attendees(
    body: AttendeeBatch, request: Request, event_id: UUID, principal: CanWrite
) -> Response:
    """Note who attended, up to a thousand at once; who is noted already stays so."""

    async def act(tx: Transaction) -> Answer:
        event = await EVENTS.fetch(tx.connection, principal, event_id)
        return await ATTENDING.join(tx, event["id"], body.items)

    return await once(request, principal, act)


@router.get("/group-events/{event_id}/attendees", response_model=AttendeePage, responses=documents(NotFound))
@hot
async def list_group_attendees(
    request: Request, event_id: UUID, principal: CanRead, place: Paged
) -> Response:
    """List who attended an event."""
    pool = core(request).database.pool
    event = await EVENTS.fetch(pool, principal, event_id)
    return await listed(
        request, place, ("id",), lambda **given: ATTENDEES.all(pool, principal, event_id=event["id"], **given)
    )


@router.get(
    "/group-attendances/{attendance_id}", response_model=AttendanceRead, responses=documents(NotFound)
)
@hot
async def get_group_attendance(request: Request, attendance_id: UUID, principal: CanRead) -> Response:
    """Read that somebody attended."""
    return await ATTENDANCES.read(request, principal, attendance_id)


@router.delete("/group-attendances/{attendance_id}", status_code=204, responses=CHANGING)
@hot
async def delete_group_attendance(
    request: Request, attendance_id: UUID, seen: Seen, principal: CanWrite
) -> Response:
    """Take back that somebody attended."""
    return await once(request, principal, lambda tx: ATTENDANCES.remove(tx, attendance_id, seen))
