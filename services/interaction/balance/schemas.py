"""What callers send and get about targets and balances."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.interactions.catalogue import Purpose
from services.interaction.timeline.schemas import FactKind
from shared.schemas import Body, Instant, Read, Text, Whole, example

Days = Annotated[Whole, Field(ge=1, le=3650)]


class ContactTargetCreate(Body):
    """How often to talk: to one customer, or to those of a class, of a department, of both, or to all."""

    model_config = example(customer_class="retail", days=30)

    customer: Reference | None = None
    customer_class: Text | None = None
    department: Text | None = None
    days: Days


class ContactTargetUpdate(Body):
    """A merge patch: whom a target is for does not change."""

    model_config = example(days=14)

    days: Days = 30


class ContactTargetRead(Read):
    """At least one contact in so many days; the most particular target of a customer holds."""

    id: UUID
    version: int
    customer_id: UUID | None
    customer_class: str | None
    department: str | None
    days: int
    created_at: Instant
    updated_at: Instant


class ContactTargetPage(Read):
    """Targets, the oldest first."""

    items: list[ContactTargetRead]
    next: str | None


class TwoWay(Read):
    """Who addressed whom. `ratio` is inbound to outbound; `evenness` the smaller to the greater."""

    inbound: int
    outbound: int
    broadcast: int
    ratio: float | None
    evenness: float | None


class Formality(Read):
    """What contacts were for. `ratio` is formal to informal; `formal_share` that of both."""

    formal: int
    informal: int
    unstated: int
    ratio: float | None
    formal_share: float | None


class LastContact(Read):
    """When something last happened, and how many whole days ago."""

    at: Instant
    days: int


class LastOfKind(LastContact):
    """The last fact of a kind."""

    kind: FactKind


class LastForPurpose(LastContact):
    """The last contact for a purpose."""

    purpose: Purpose


class LastThroughGroup(LastContact):
    """The last contact through channels of a group."""

    group: str


class Frequency(Read):
    """How often there was a contact, against the target; null where there is none, or never was."""

    per_30_days: float
    target_days: int | None
    last_at: Instant | None
    due_at: Instant | None
    overdue_days: int | None = Field(description="Whole days since `due_at`; 0 while it is not due.")


class CustomerBalance(Read):
    """The balance of one relationship; counts are of the span, the last of each kind of all times."""

    customer_id: UUID
    since: Instant
    until: Instant
    contacts: int
    two_way: TwoWay
    formality: Formality
    frequency: Frequency
    last_of_kind: list[LastOfKind]
    last_for_purpose: list[LastForPurpose]
    last_through_group: list[LastThroughGroup]


class BalanceSummary(Read):
    """The balance of all relationships of an owner, of a department, or of all that may be seen."""

    since: Instant
    until: Instant
    customers: int
    contacted: int
    with_target: int
    overdue: int
    contacts: int
    two_way: TwoWay
    formality: Formality


class DueRead(Read):
    """A customer who is to be talked to; without `last_at` there never was a contact."""

    customer_id: UUID
    owner: str | None
    department: str | None
    customer_class: str | None
    last_at: Instant | None
    target_days: int
    due_at: Instant | None
    overdue_days: int | None


class DuePage(Read):
    """Whom to call, the most overdue first."""

    items: list[DueRead]
    next: str | None


NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")  # `due_at` of who never was talked to
