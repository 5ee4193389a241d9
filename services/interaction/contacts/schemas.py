"""What callers get as last contacts."""

from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import Direction, Purpose
from shared.schemas import Instant, Read


class ContactRead(Read):
    """One contact, in short."""

    id: UUID
    channel: str
    direction: Direction
    purpose: Purpose | None
    occurred_at: Instant
    subject: str | None
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class LastContacts(Read):
    """The last contacts with one customer, the newest first; `customer_id` is the id that was asked for."""

    customer_id: UUID
    current_customer_id: UUID
    contacts: list[ContactRead]


class LastContactsList(Read):
    """The last contacts with each customer that is known here and may be seen, in the order of ids."""

    items: list[LastContacts]
