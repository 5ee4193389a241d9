"""Callers as they are answered; what the customer service tells of them is declared here as it is read."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.schemas import Instant, Read


class MatchKind(StrEnum):
    """How the number was read, the surest way first; each names the boldest step that was needed.

    `exact`: it names its country. `by_country`: read in the country that was given.
    `by_default_country`: read where we are. `plus_added`, `plus_removed`, `foreign_prefix` (00, 011, 810),
    `trunk_zero_removed`, `trunk_zero_added`: after that change. `extension_dropped`: without its extension.
    """

    EXACT = "exact"
    BY_COUNTRY = "by_country"
    BY_DEFAULT_COUNTRY = "by_default_country"
    PLUS_ADDED = "plus_added"
    FOREIGN_PREFIX = "foreign_prefix"
    PLUS_REMOVED = "plus_removed"
    TRUNK_ZERO_REMOVED = "trunk_zero_removed"
    TRUNK_ZERO_ADDED = "trunk_zero_added"
    EXTENSION_DROPPED = "extension_dropped"


class CallerKind(StrEnum):
    """Whether the customer is somebody or some body."""

    PERSON = "person"
    ORGANIZATION = "organization"


class CallerContactPoint(Read):
    """The contact point by which the number leads to the customer."""

    type: str
    value: str
    normalized: str
    label: str | None
    preferred: bool


class CallerRead(Read):
    """A customer who shares the number, with its last contacts and what it is worth.

    `last_contacts` and `score` are null where there are none yet, and when they are in `missing`.
    """

    customer_id: UUID
    kind: CallerKind
    name: str
    owner: str | None
    department: str | None
    region: str | None
    customer_class: str | None
    tags: list[str]
    match: MatchKind
    contact_point: CallerContactPoint
    last_contact_at: Instant | None
    last_contacts: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "LastContacts"})
    score: dict[str, Any] | None = Field(json_schema_extra={"x-schema": "ScoreRead"})


class CallersRead(Read):
    """All who share the number, by kind of match, then by last contact; `more` when they are not all here.

    `missing` names the parts that did not come in time, or that you may not read.
    """

    items: list[CallerRead]
    more: bool
    partial: bool
    missing: list[str]
