"""Events of groups over HTTP: those of a group, each one by its id, and who attended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from keeping.routes import KeptRoutes
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
from shared.errors import Invalid, NotFound, documents
from shared.schemas import Day
from web.app import core
from web.hot import hot
from web.lists import Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1", tags=["groups"])
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


one_event = KeptRoutes(
    router, "/group-events/{event_id}", EVENTS, GroupEventRead, scope="customers", problems=[Invalid]
)
one_event.get("Read one event.")
one_event.patch(GroupEventUpdate)
one_event.delete("Forget an event; nobody has attended it then.")
one_event.history()


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


one_attendance = KeptRoutes(
    router,
    "/group-attendances/{attendance_id}",
    ATTENDANCES,
    AttendanceRead,
    scope="customers",
    problems=[Invalid],
)
one_attendance.get("Read that somebody attended.")
one_attendance.delete("Take back that somebody attended.")
