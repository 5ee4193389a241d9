"""What callers send and get about memberships."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.customers.referring import CustomerReference
from services.customer.customers.schemas import CustomerKind
from services.customer.groups.schemas import AS_GIVEN, MOST, GroupKind
from shared.schemas import Body, Day, Instant, Read, Text, example
from web.bodies import kept


class MembershipStatus(StrEnum):
    """Where a membership stands."""

    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class MembershipCreate(Body):
    """A customer who joins; `until` is the last day."""

    model_config = example(customer={"system": "erp", "id": "C0001"}, role="chair", since="2024-03-01")

    customer: CustomerReference
    role: Text | None = None
    since: Day | None = None
    until: Day | None = None
    status: MembershipStatus = MembershipStatus.ACTIVE


class MembershipUpdate(Body):
    """A merge patch: what is absent stays, null empties."""

    model_config = example(status="ended", until="2026-06-30")

    role: Text | None = None
    since: Day | None = None
    until: Day | None = None
    status: MembershipStatus = kept()


class MembershipBatch(Body):
    """Up to a thousand customers who join, each judged on its own."""

    model_config = example(items=[{"customer": {"system": "erp", "id": "C0001"}, "since": "2024-03-01"}])

    items: list[Annotated[MembershipCreate, AS_GIVEN]] = Field(min_length=1, max_length=MOST)


class MembershipRead(Read):
    """A customer in a group; the customer's id is the one that it joined with."""

    id: UUID
    group_id: UUID
    customer_id: UUID
    role: str | None
    since: date | None
    until: date | None
    status: MembershipStatus
    version: int
    created_at: Instant
    updated_at: Instant


class ActivityRead(Read):
    """How many events of the group the customer attended in the last days, and when one last."""

    attended: int
    last_active: date | None


class MemberRead(Read):
    """The customer who is a member, as it is now."""

    id: UUID
    kind: CustomerKind
    name: str


class GroupMemberRead(Read):
    """A member of a group."""

    membership: MembershipRead
    customer: MemberRead
    activity: ActivityRead


class GroupMemberPage(Read):
    """The members of a group, in the order in which they were entered."""

    items: list[GroupMemberRead]
    next: str | None


class JoinedGroupRead(Read):
    """The group that a customer is in."""

    id: UUID
    kind: GroupKind
    name: str


class CustomerGroupRead(Read):
    """A group of a customer."""

    membership: MembershipRead
    group: JoinedGroupRead
    activity: ActivityRead


class CustomerGroupPage(Read):
    """The groups of a customer, in the order in which it was entered."""

    items: list[CustomerGroupRead]
    next: str | None
