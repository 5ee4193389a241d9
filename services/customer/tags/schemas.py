"""What callers send and get about tags."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.customer.customers.schemas import MAX_ROWS, Tag
from shared.schemas import Body, Read, Whole, example

MOST_TAGS, MOST_AT_ONCE = 20, 10_000
AtOnce = Annotated[Whole, Field(ge=1, le=MOST_AT_ONCE, description="Customers changed by this request.")]
SomeTags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


class TagRename(Body):
    """One tag becomes another; customers that have both keep one."""

    model_config = ConfigDict(**example(**{"from": "beta", "to": "pilot"}), populate_by_name=True)

    old: Tag = Field(alias="from")
    new: Tag = Field(alias="to")
    limit: AtOnce = MAX_ROWS


class TagAssignment(Body):
    """Tags to put on, and to take off, up to a thousand customers; of a tag in both, `remove` wins."""

    model_config = example(ids=["0192f0c1-0000-7000-8000-000000000001"], add=["vip"])

    ids: list[UUID] = Field(min_length=1, max_length=MAX_ROWS)
    add: SomeTags = Field(default_factory=list)
    remove: SomeTags = Field(default_factory=list)


class TagOutcome(StrEnum):
    """What became of a customer's tags."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class TagRowResult(Read):
    """What became of the tags of one customer; `problem` is an RFC 9457 object."""

    index: int
    outcome: TagOutcome
    id: UUID
    version: int | None
    problem: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "Problem"})


class TagAssignmentResult(Read):
    """One result for each customer, in the order of the request."""

    results: list[TagRowResult]
    counts: dict[TagOutcome, int]


class TagRead(Read):
    """A tag, and how many customers that you see have it."""

    tag: str
    customers: int


class TagPage(Read):
    """Tags in the order of their characters."""

    items: list[TagRead]
    next: str | None


class TagsRead(Read):
    """The tags of one customer."""

    tags: list[str]


class TagChange(Read):
    """How many customers this request changed, and how many that you see still have the tag."""

    changed: int
    left: int = Field(description="Above zero: ask again, until it is zero.")
