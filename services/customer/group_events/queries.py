"""Group events and attendances as they are shown and kept, and how active a customer is in a group."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Uuid,
    any_,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.group_events.models import Attendance, GroupEvent
from services.customer.group_events.schemas import AttendanceRead, GroupEventRead
from services.customer.groups.models import Group
from shared.statements import json_object, visible

Pair = tuple[ColumnElement[Any], ColumnElement[Any]]


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render an event."""
    return json_object(**{name: getattr(t, name) for name in GroupEventRead.model_fields})


def rendering_of_attendance(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Render an attendance."""
    return json_object(**{name: getattr(t, name) for name in AttendanceRead.model_fields})


def owner(t: Any) -> Pair:  # noqa: ANN401 - as above
    """Return the owner and department of an event: its group's."""
    mine = select(Group).where(Group.id == t.group_id)
    return _both(mine, Group)


def owner_of_attendance(t: Any) -> Pair:  # noqa: ANN401 - as above
    """Return the owner and department of an attendance: its customer's."""
    return _both(select(Customer).where(Customer.id == current(t.customer_id)), Customer)


def _both(mine: Any, of: Any) -> Pair:  # noqa: ANN401 - a select, a model
    of_owner, of_department = (
        mine.with_only_columns(each).scalar_subquery() for each in (of.owner, of.department)
    )
    return of_owner, of_department


def _there(model: Any, id_: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a model, a column
    each = aliased(model)
    return select(each.id).where(each.id == id_, each.deleted_at.is_(None)).exists()


EVENTS = Keeper(
    FEED, "group_event", GroupEvent, rendering, owner=owner, live=_there(Group, GroupEvent.group_id)
)
_event = aliased(GroupEvent)
ATTENDANCES = Keeper(
    FEED,
    "group_attendance",
    Attendance,
    rendering_of_attendance,
    owner=owner_of_attendance,
    live=_there(Customer, current(Attendance.customer_id))
    & select(_event.id)
    .where(_event.id == Attendance.event_id, _event.deleted_at.is_(None), _there(Group, _event.group_id))
    .exists(),
)
_LIMIT = bindparam("limit", type_=Integer)
OF_GROUP = visible(
    EVENTS.shown.add_columns(GroupEvent.held_on)
    .where(GroupEvent.group_id == bindparam("group_id", type_=Uuid))
    .order_by(GroupEvent.held_on.desc(), GroupEvent.id.desc())
    .limit(_LIMIT),
    GroupEvent,
    {
        "last_id": tuple_(GroupEvent.held_on, GroupEvent.id)
        < tuple_(bindparam("last_held_on", type_=Date), bindparam("last_id", type_=Uuid)),
        "since": GroupEvent.held_on >= bindparam("since", type_=Date),
        "until": GroupEvent.held_on <= bindparam("until", type_=Date),
    },
)
_whose = aliased(Customer)
ATTENDEES = visible(
    ATTENDANCES.shown.with_only_columns(
        Attendance.id,
        json_object(
            attendance_id=Attendance.id, customer_id=_whose.id, kind=_whose.kind, name=_whose.name
        ).label("data"),
    )
    .join(_whose, _whose.id == current(Attendance.customer_id))
    .where(Attendance.event_id == bindparam("event_id", type_=Uuid))
    .order_by(Attendance.id)
    .limit(_LIMIT),
    Attendance,
    {"last_id": Attendance.id > bindparam("last_id", type_=Uuid)},
)


def activity(group_id: Any, whose: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column, the customer as it is now
    """Render how active a customer is in a group: events after `since` up to `today`, and the last day."""
    event, attended = aliased(GroupEvent), aliased(Attendance)
    ids = func.array_prepend(whose.id, whose.merged_ids, type_=ARRAY(Uuid))
    today = bindparam("today", type_=Date)
    recently = func.count(event.id.distinct()).filter(event.held_on > bindparam("since", type_=Date))
    figures = (
        select(json_object(attended=recently, last_active=func.max(event.held_on)))
        .join_from(attended, event, event.id == attended.event_id)
        .where(attended.customer_id == any_(ids), attended.deleted_at.is_(None))
        .where(event.group_id == group_id, event.deleted_at.is_(None), event.held_on <= today)
    )
    return figures.correlate(group_id.table, whose).scalar_subquery()
