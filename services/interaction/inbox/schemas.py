"""What callers send and get about strangers."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.inbox.models import AttachedBy, StrangerState
from services.interaction.interactions.catalogue import Direction
from services.interaction.timeline.facts import FactKind
from shared.schemas import Body, Instant, Read, Text, example


class ProposalReason(StrEnum):
    """Why a customer may be the stranger."""

    NUMBER = "number"
    EMAIL = "email"
    CONTACT = "contact"
    IDENTITY = "identity"
    NAME = "name"
    OTHER = "other"


class ProposalKind(StrEnum):
    """What a customer is."""

    PERSON = "person"
    ORGANIZATION = "organization"


class StrangerName(Read):
    """By what a stranger is known: a name in a system; of `phone` and `email` a number and an address."""

    system: str
    id: str | None
    masked: list[str]


class StrangerContact(Read):
    """One thing that came from a stranger, in short."""

    id: UUID
    kind: FactKind
    occurred_at: Instant
    channel: str | None
    direction: Direction | None
    summary: str | None


class ReasonRead(Read):
    """One reason, in a word and in a sentence; `shared_by` are all who have the same."""

    code: ProposalReason
    detail: str
    shared_by: int


class Proposal(Read):
    """A customer who may be the stranger; `score`, 0 to 1, is divided by how many share what was met."""

    customer_id: UUID
    kind: ProposalKind
    name: str
    owner: str | None
    department: str | None
    score: float
    reasons: list[ReasonRead]


class StrangerRead(Read):
    """Somebody unknown, what came last, and who it may be.

    `proposals` is null where they were not asked for, or the customer service could not be asked.
    """

    id: UUID
    version: int
    state: StrangerState
    reason: str | None
    attached_by: AttachedBy | None
    customer_id: UUID | None = Field(description="Who it is, where that is known.")
    names: list[StrangerName]
    contacts: list[StrangerContact]
    proposals: list[Proposal] | None
    masked: list[str]


class StrangerPage(Read):
    """Strangers, the one from whom something came last first."""

    items: list[StrangerRead]
    next: str | None


class StrangerAttach(Body):
    """Who a stranger is."""

    model_config = example(customer={"system": "erp", "id": "C0001"})

    customer: Reference


class StrangerDismiss(Body):
    """Why nobody has to look at a stranger until something new comes."""

    model_config = example(reason="advertising")

    reason: Text
