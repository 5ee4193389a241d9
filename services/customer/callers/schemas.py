"""What is told of callers."""

from uuid import UUID

from services.customer.callers.numbers import Match
from services.customer.customers.schemas import CustomerKind
from shared.schemas import Read


class CallingPoint(Read):
    """The contact point by which a number leads to a customer."""

    type: str
    value: str
    normalized: str
    label: str | None
    preferred: bool


class CallerMatch(Read):
    """A customer who shares the number; `match` says by what reading of it."""

    customer_id: UUID
    kind: CustomerKind
    name: str
    owner: str | None
    department: str | None
    region: str | None
    customer_class: str | None
    tags: list[str]
    match: Match
    contact_point: CallingPoint


class CallerMatches(Read):
    """Everybody who shares a number, the surest match first; `more` when not all of them are here."""

    items: list[CallerMatch]
    more: bool
