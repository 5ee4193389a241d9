"""What callers send and get about customers."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, WrapValidator

from services.customer.addresses.schemas import Address, AddressRead
from services.customer.customers import examples
from services.customer.customers.documents import MAX_MEMBERS, settle
from services.customer.customers.likeness import DuplicateFound
from shared.schemas import (
    Body,
    Day,
    Flag,
    Instant,
    JsonObject,
    Money,
    MoneyRead,
    Read,
    SourceKey,
    Text,
    Whole,
)
from streams.schemas import StreamResult
from web.bodies import kept

MAX_TAGS, MAX_ROWS = 100, 1_000
_NOT_KEPT = {"if_version", "masked", "match"}

ContactType = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", max_length=32, examples=["phone", "email", "wechat"])
]
Kind = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]
Tag = Annotated[str, Field(min_length=1, max_length=64)]


class CustomerKind(StrEnum):
    """Whether a customer is somebody or some body."""

    PERSON = "person"
    ORGANIZATION = "organization"


class ContactPointCreate(Body):
    """A way to reach a customer; phone, mobile and fax are normalized as numbers, email as an address."""

    model_config = examples.CONTACT_POINT

    type: ContactType
    value: Text
    label: Text | None = None
    preferred: Flag = False


class ContactPoint(ContactPointCreate):
    """A contact point inside a customer; one that is sent back with its id stays the same one."""

    id: UUID | None = None
    normalized: str | None = Field(default=None, max_length=320, description="Read-only.")


class Identity(SourceKey):
    """The name of a customer in another system; `kind` tells apart several series of names in it."""

    model_config = examples.IDENTITY

    kind: Kind = ""


class Acquisition(Body):
    """How a customer was won, and at what cost."""

    on: Day | None = None
    source: Text | None = None
    campaign: Text | None = None
    cost: Money | None = None


ContactPoints = Annotated[list[ContactPoint], Field(max_length=MAX_MEMBERS)]
Addresses = Annotated[list[Address], Field(max_length=MAX_MEMBERS)]
Identities = Annotated[list[Identity], Field(max_length=MAX_MEMBERS)]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS)]


class CustomerCreate(Body):
    """A new customer."""

    model_config = examples.CUSTOMER

    kind: CustomerKind = CustomerKind.PERSON
    name: Text
    given_name: Text | None = None
    family_name: Text | None = None
    contact_points: ContactPoints | None = None
    addresses: Addresses | None = None
    identities: Identities | None = None
    owner: Text | None = None
    department: Text | None = None
    region: Text | None = None
    customer_class: Text | None = None
    acquisition: Acquisition | None = None
    tags: Tags | None = None
    attributes: JsonObject | None = None


class CustomerUpdate(Body):
    """A merge patch: what is absent stays, null empties, a list replaces the whole list."""

    model_config = examples.PATCH

    kind: CustomerKind = kept()
    name: Text = kept()
    given_name: Text | None = None
    family_name: Text | None = None
    contact_points: ContactPoints | None = None
    addresses: Addresses | None = None
    identities: Identities | None = None
    owner: Text | None = None
    department: Text | None = None
    region: Text | None = None
    customer_class: Text | None = None
    acquisition: Acquisition | None = None
    tags: Tags | None = None
    attributes: JsonObject | None = None
    id: UUID | None = None
    merged_ids: list[UUID] | None = Field(default=None, max_length=10_000, description="Read-only.")
    version: Whole | None = Field(default=None, ge=1, le=2**31 - 1)
    created_at: Instant | None = None
    updated_at: Instant | None = None
    masked: list[Text] | None = Field(default=None, max_length=20, description="Read-only, and ignored.")
    match: JsonObject | None = Field(default=None, description="Of a search; read-only, and ignored.")


class CustomerRow(CustomerUpdate):
    """One row of a batch: matched by its id or its identities; identities are added, never removed."""

    if_version: Whole | None = Field(default=None, ge=1, le=2**31 - 1)


Row = Annotated[CustomerRow, WrapValidator(lambda given, _: given)]  # described here, validated one by one


class BatchMode(StrEnum):
    """What a batch may do with a row: create when unknown, update when known, or either."""

    UPSERT = "upsert"
    CREATE = "create"
    UPDATE = "update"


class CustomerBatch(Body):
    """Up to a thousand rows, each judged on its own."""

    model_config = examples.BATCH

    mode: BatchMode = BatchMode.UPSERT
    dry_run: Flag = False
    items: list[Row] = Field(min_length=1, max_length=MAX_ROWS)


def patch_of(body: CustomerCreate | CustomerUpdate, country: str) -> dict[str, Any]:
    """Return what a body says as a settled merge patch; `country` is where its numbers are dialled."""
    return settle(body.model_dump(mode="json", exclude_unset=True, exclude=_NOT_KEPT), country)


class ContactPointRead(Read):
    """A way to reach a customer."""

    id: UUID
    type: str
    value: str
    normalized: str | None
    label: str | None
    preferred: bool


class IdentityRead(Read):
    """The name of a customer in another system."""

    system: str
    kind: str
    id: str


class AcquisitionRead(Read):
    """How a customer was won, and at what cost."""

    on: date | None
    source: str | None
    campaign: str | None
    cost: MoneyRead | None


class CustomerRead(Read):
    """A customer as everybody gets it: read, listed, and told through the feed."""

    id: UUID
    kind: CustomerKind
    name: str
    given_name: str | None
    family_name: str | None
    contact_points: list[ContactPointRead] | None
    addresses: list[AddressRead] | None
    identities: list[IdentityRead]
    owner: str | None
    department: str | None
    region: str | None
    customer_class: str | None
    acquisition: AcquisitionRead | None
    tags: list[str]
    attributes: dict[str, Any] | None
    merged_ids: list[UUID] = Field(description="The ids of the records that were merged into this one.")
    version: int
    created_at: Instant
    updated_at: Instant
    masked: list[str] = Field(description="Fields that are null because you may not read personal data.")


class CustomerCreated(CustomerRead):
    """A new customer that was compared with those there, and is like some: `duplicates`."""

    duplicates: list[DuplicateFound]


class Outcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class CustomerRowResult(Read):
    """What became of one row; `problem` is an RFC 9457 object.

    `duplicates` are those that a new customer is like, null when nobody looked.
    """

    index: int
    outcome: Outcome
    id: UUID | None
    version: int | None
    problem: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "Problem"})
    duplicates: list[DuplicateFound] | None


class CustomerStreamResult(StreamResult):
    """What became of the customer in one line; `duplicates` are those that a new one is like."""

    duplicates: list[DuplicateFound] | None


class CustomerBatchResult(Read):
    """One result for each row, in the order of the request."""

    results: list[CustomerRowResult]
    counts: dict[Outcome, int]
