"""Query parameters that the lists of all kinds share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query

from shared.schemas import Instant

Limit = Annotated[int, Query(ge=1, le=1_000)]
Cursor = Annotated[str | None, Query(max_length=1_000)]
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
CustomerPath = Annotated[
    str, Path(max_length=300, description="A customer's id, or `<system>:<external id>`.")
]
CustomerParameter = Annotated[
    str | None, Query(max_length=300, description="A customer's id, or `<system>:<external id>`.")
]


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a list is asked for: whose facts, from when until when, and the page."""

    limit: int
    cursor: str | None
    customer: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def _page(limit: Limit = 50, cursor: Cursor = None) -> Span:
    return Span(limit, cursor)


async def _facts(
    customer: CustomerParameter = None,
    since: Annotated[Instant | None, Query(description="What happened then or later.")] = None,
    until: Annotated[Instant | None, Query(description="What happened before then.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Span:
    return Span(limit, cursor, customer, since, until)


Page = Annotated[Span, Depends(_page)]
Facts = Annotated[Span, Depends(_facts)]
