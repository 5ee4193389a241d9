"""What callers send and get about relations."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.customer.customers.referring import CustomerReference
from services.customer.customers.schemas import CustomerKind
from services.customer.relations.catalogue import CUSTOM, TYPES, BuyingRole
from shared.schemas import Amount, Body, Day, Instant, Read, Text, example

TypeCode = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join((*TYPES, CUSTOM))})$",
        max_length=32,
        examples=["referral"],
    ),
]
Note = Annotated[str, Field(min_length=1, max_length=2_000)]


def _share(share: Decimal) -> Decimal:
    if not 0 <= share <= 1:
        raise ValueError("must lie between 0 and 1")
    return share


Share = Annotated[Amount, AfterValidator(_share)]


class RelationDirection(StrEnum):
    """Whether a relation goes out from a customer, or comes in to it."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class RelationCreate(Body):
    """A tie between two customers; title, department and role are of an employment, share of a hierarchy."""

    model_config = example(
        type="employment",
        from_customer={"system": "erp", "id": "C0001"},
        to_customer={"system": "erp", "id": "O0001"},
        title="采购总监",
        role="decides",
        valid_from="2024-05-01",
    )

    type: TypeCode
    from_customer: CustomerReference
    to_customer: CustomerReference
    title: Text | None = None
    department: Text | None = None
    role: BuyingRole | None = None
    share: Share | None = Field(default=None, description="What part of it the parent holds, from 0 to 1.")
    valid_from: Day | None = None
    valid_to: Day | None = Field(default=None, description="The last day.")
    note: Note | None = None
    source: Text | None = None


class RelationUpdate(Body):
    """A merge patch: what is absent stays, null empties; type and ends stay as they are."""

    model_config = example(role="influences", valid_to="2026-06-30")

    title: Text | None = None
    department: Text | None = None
    role: BuyingRole | None = None
    share: Share | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    note: Note | None = None
    source: Text | None = None


class RelationRead(Read):
    """A relation; the ids of both ends are those that it came with."""

    id: UUID
    type: str
    from_customer_id: UUID
    to_customer_id: UUID
    title: str | None
    department: str | None
    role: BuyingRole | None
    share: str | None
    valid_from: date | None
    valid_to: date | None
    note: str | None
    source: str | None
    version: int
    created_at: Instant
    updated_at: Instant
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class RelatedRead(Read):
    """The customer at the other end, as it is now."""

    id: UUID
    kind: CustomerKind
    name: str


class CustomerRelationRead(Read):
    """A relation as one of its ends has it."""

    direction: RelationDirection
    other: RelatedRead
    relation: RelationRead


class CustomerRelationPage(Read):
    """The relations of a customer, in the order in which they were entered."""

    items: list[CustomerRelationRead]
    next: str | None


class LabelsRead(Read):
    """A name in English, simplified and traditional Chinese."""

    en: str
    zh_hans: str = Field(alias="zh-Hans")
    zh_hant: str = Field(alias="zh-Hant")


class CodeRead(Read):
    """A code with its labels."""

    code: str
    labels: LabelsRead


class RelationTypeRead(Read):
    """A type of relation: its names from either end, the kinds of the ends, the fields that only it has."""

    code: str
    labels: LabelsRead
    inverse_labels: LabelsRead
    from_kind: CustomerKind | None
    to_kind: CustomerKind | None
    symmetric: bool
    details: list[str]


class RelationCatalogue(Read):
    """The types of relations, what a type of your own looks like, and the roles in buying."""

    items: list[RelationTypeRead]
    custom: str
    roles: list[CodeRead]
