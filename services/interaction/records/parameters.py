"""Query parameters that the lists of all kinds share."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=1_000)]
Cursor = Annotated[str | None, Query(max_length=1_000)]
CustomerParameter = Annotated[
    str | None, Query(max_length=300, description="A customer's id, or `<system>:<external id>`.")
]
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
