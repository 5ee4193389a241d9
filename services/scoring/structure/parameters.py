"""Reading which structure is asked for from a query."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from starlette.requests import Request

from services.scoring.identities.queries import current_id, seen
from services.scoring.structure.dimensions import Axes, Narrowing, SalesDimension
from services.scoring.structure.months import LONGEST, Span, number_of
from shared.auth import Principal
from shared.errors import FieldError, Invalid
from shared.statements import Runner
from web.app import core

Month = Annotated[
    str | None,
    Query(pattern=r"^[1-9]\d{3}-(0[1-9]|1[0-2])$", max_length=7, description="A month such as 2016-01."),
]
Word = Annotated[str | None, Query(min_length=1, max_length=200)]


async def months(request: Request, since: Month = None, until: Month = None) -> Span:
    """Return the months asked for; twelve of them up to the present one, as far as nothing is said."""
    today: date = core(request).clock().date()
    last = number_of(until or f"{today:%Y-%m}")
    span = Span(number_of(since) if since else last - 11, last)
    if span.length < 1:
        raise _wrong("until", "before_since", "The last month is before the first.")
    if span.length > LONGEST:
        raise _wrong("since", "too_long", f"A structure has at most {LONGEST} months.")
    return span


async def narrowing(
    *,
    product: UUID | None = None,
    category: Word = None,
    region: Word = None,
    salesperson: Word = None,
    department: Word = None,
    customer_class: Word = None,
    customer: Annotated[
        str | None, Query(min_length=1, max_length=300, description="An id, or `<system>:<external id>`.")
    ] = None,
    unknown: Annotated[
        list[SalesDimension] | None,
        Query(max_length=len(SalesDimension), description="Dimensions of which nothing is known."),
    ] = None,
) -> Mapping[str, Any]:
    """Return to what a structure is narrowed, as it is given."""
    return {
        "product": product,
        "category": category,
        "region": region,
        "salesperson": salesperson,
        "department": department,
        "customer_class": customer_class,
        "customer": customer,
        "unknown": unknown,
    }


async def axes(rows: SalesDimension = SalesDimension.CATEGORY, columns: SalesDimension | None = None) -> Axes:
    """Return the axes of a structure; Invalid for one dimension crossed with itself."""
    if rows is columns:
        raise _wrong("columns", "same_as_rows", "Rows and columns are different dimensions.")
    return (rows,) if columns is None else (rows, columns)


Crossed = Annotated[Axes, Depends(axes)]
Months = Annotated[Span, Depends(months)]
Narrowed = Annotated[Mapping[str, Any], Depends(narrowing)]


async def resolved(on: Runner, principal: Principal, given: Mapping[str, Any]) -> Narrowing:
    """Return a narrowing whose customer is found; NotFound for one that the principal does not see."""
    named = {
        SalesDimension(name): value
        for name, value in given.items()
        if name != "unknown" and value is not None
    }
    unknown = frozenset(given["unknown"] or ())
    never = unknown & {SalesDimension.MONTH, SalesDimension.CUSTOMER}
    if never or unknown & named.keys():
        raise _wrong("unknown", "contradiction", "It is always known, or another parameter says what it is.")
    if SalesDimension.CUSTOMER in named:
        whose = await current_id(on, named[SalesDimension.CUSTOMER])
        await seen(on, principal, whose)
        named[SalesDimension.CUSTOMER] = whose
    return Narrowing(named, unknown)


def _wrong(parameter: str, code: str, detail: str) -> Invalid:
    error: FieldError = {"parameter": parameter, "code": code, "detail": detail}
    return Invalid(detail, errors=[error])
