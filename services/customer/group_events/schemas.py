"""What callers send and get about the events of groups."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.customers.referring import CustomerReference
from services.customer.customers.schemas import CustomerKind
from services.customer.groups.schemas import AS_GIVEN, MOST, Described
from shared.schemas import Body, Day, Instant, Read, Text, example
from web.bodies import kept


class GroupEventKind(StrEnum):
    """What sort of event it was."""

    MEETING = "meeting"
    EVENT = "event"
    POST = "post"
    TRAINING = "training"
    OUTING = "outing"
    OTHER = "other"


class GroupEventCreate(Body):
    """What a group did, or will do, on a day."""

    model_config = example(kind="meeting", title="First tasting of the year", held_on="2026-01-10")

    kind: GroupEventKind = GroupEventKind.EVENT
    title: Text
    held_on: Day
    note: Described | None = None


class GroupEventUpdate(Body):
    """A merge patch: what is absent stays, null empties."""

    model_config = example(held_on="2026-01-17")

    kind: GroupEventKind = kept()
    title: Text = kept()
    held_on: Day = kept()
    note: Described | None = None


class GroupEventRead(Read):
    """What a group did on a day."""

    id: UUID
    group_id: UUID
    kind: GroupEventKind
    title: str
    held_on: date
    note: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class GroupEventPage(Read):
    """The events of a group, the latest first."""

    items: list[GroupEventRead]
    next: str | None


class AttendanceRead(Read):
    """That a customer attended an event; the customer's id is the one that it came with."""

    id: UUID
    event_id: UUID
    customer_id: UUID
    version: int
    created_at: Instant


class AttendeeRow(Body):
    """A customer who attended."""

    customer: CustomerReference


class AttendeeBatch(Body):
    """Up to a thousand customers who attended, each judged on its own."""

    model_config = example(items=[{"customer": {"system": "erp", "id": "C0001"}}])

    items: list[Annotated[AttendeeRow, AS_GIVEN]] = Field(min_length=1, max_length=MOST)


class AttendeeRead(Read):
    """A customer who attended, as it is now; `attendance_id` is what can be taken back."""

    attendance_id: UUID
    customer_id: UUID
    kind: CustomerKind
    name: str


class AttendeePage(Read):
    """Who attended an event, in the order of entry."""

    items: list[AttendeeRead]
    next: str | None
