"""What callers get about balances."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import ChannelGroup, Purpose
from services.interaction.timeline.facts import FactKind
from shared.schemas import Instant, Read


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

    group: ChannelGroup


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
