"""What callers send and get about targets."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
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
