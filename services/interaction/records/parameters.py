"""Query parameters that the lists of all kinds share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query
from pydantic import PlainValidator, WithJsonSchema

from services.interaction.identities.paths import key_in
from services.interaction.identities.people import Key
from shared.errors import NotFound
from shared.schemas import Instant
from streams.giving import After
from web.lists import Paged, Paging

Word = Annotated[str | None, Query(min_length=1, max_length=200)]
CustomerPath = Annotated[
    str, Path(max_length=300, description="A customer's id, or `<system>:<external id>`.")
]
CustomerParameter = Annotated[
    str | None, Query(max_length=300, description="A customer's id, or `<system>:<external id>`.")
]


LONGEST = 300  # characters of a record's name in a path


def named(text: str) -> Key:
    """Read "<uuid>" or "<system>:<external id>"; what is neither names nothing."""
    key = key_in(text) if len(text) <= LONGEST else None
    if key is None:
        raise NotFound
    return key


Named = Annotated[  # a Key, in which FastAPI would see a list
    Any,
    PlainValidator(named),
    WithJsonSchema(
        {"type": "string", "maxLength": LONGEST, "description": "An id, or `<system>:<external id>`."}
    ),
]


class Span(Paging):
    """Which part of a list of facts is asked for: whose, from when until when, and the page."""

    __slots__ = ("customer", "since", "until")

    def __init__(
        self, place: Paging, customer: str | None, since: datetime | None, until: datetime | None
    ) -> None:
        super().__init__(place.limit, place.cursor)
        self.customer, self.since, self.until = customer, since, until


class Reach:
    """Which part of a stream of facts is asked for: whose, from when until when, and behind which."""

    __slots__ = ("after", "customer", "since", "until")

    def __init__(
        self, after: UUID | None, customer: str | None, since: datetime | None, until: datetime | None
    ) -> None:
        self.after, self.customer, self.since, self.until = after, customer, since, until


Since = Annotated[Instant | None, Query(description="What happened then or later.")]
Until = Annotated[Instant | None, Query(description="What happened before then.")]


async def _facts(
    place: Paged, customer: CustomerParameter = None, since: Since = None, until: Until = None
) -> Span:
    return Span(place, customer, since, until)


async def _page(place: Paged) -> Span:
    return Span(place, None, None, None)


async def _all_facts(
    after: After = None, customer: CustomerParameter = None, since: Since = None, until: Until = None
) -> Reach:
    return Reach(after, customer, since, until)


async def _all(after: After = None) -> Reach:
    return Reach(after, None, None, None)


Page = Annotated[Span, Depends(_page)]
Facts = Annotated[Span, Depends(_facts)]
Everything = Annotated[Reach, Depends(_all)]
EveryFact = Annotated[Reach, Depends(_all_facts)]
