"""What callers send and get about groups, and about joining something in batches."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, WrapValidator

from services.customer.customers.schemas import Outcome
from shared.schemas import Body, Instant, Read, Text, example
from web.bodies import kept

MOST = 1_000  # rows of a batch
Described = Annotated[str, Field(min_length=1, max_length=2_000)]
AS_GIVEN = WrapValidator(lambda given, _: given)  # described in the document, validated one by one


class GroupKind(StrEnum):
    """What sort of group it is."""

    CLUB = "club"
    USER_GROUP = "user_group"
    ASSOCIATION = "association"
    COMMUNITY = "community"
    OTHER = "other"


class GroupCreate(Body):
    """A new group; by default it belongs where its writer sees it."""

    model_config = example(
        name="茶友会", kind="club", description="Tastings on the first Saturday", owner="u-12"
    )

    name: Text
    kind: GroupKind = GroupKind.CLUB
    description: Described | None = None
    owner: Text | None = None
    department: Text | None = None


class GroupUpdate(Body):
    """A merge patch: what is absent stays, null empties."""

    model_config = example(description=None)

    name: Text = kept()
    kind: GroupKind = kept()
    description: Described | None = None
    owner: Text | None = None
    department: Text | None = None


class GroupRead(Read):
    """A group of customers."""

    id: UUID
    name: str
    kind: GroupKind
    description: str | None
    owner: str | None
    department: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class GroupPage(Read):
    """Groups, in the order in which they were made."""

    items: list[GroupRead]
    next: str | None


class JoinedRow(Read):
    """What became of one row: created, unchanged where the customer was in already, or rejected."""

    index: int
    outcome: Outcome
    id: UUID | None
    problem: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "Problem"})


class JoinedResult(Read):
    """One result for each row, in the order of the request."""

    results: list[JoinedRow]
    counts: dict[Outcome, int]
