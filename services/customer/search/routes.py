"""Searching customers over HTTP."""

import orjson
from fastapi import APIRouter, Request, Response

from services.customer.customers.routes import CanRead, rules_of
from services.customer.customers.schemas import CustomerPage
from services.customer.search import queries
from services.customer.search.attributes import Attributes
from services.customer.search.fields import fields
from services.customer.search.schemas import CustomerSearch
from shared.errors import Invalid, MaskedField, documents
from shared.filters import DEEPEST, MOST, Filter, described, read
from web.app import answer, core
from web.hot import hot
from web.lists import asked
from web.openapi import READING

router = APIRouter(prefix="/v1/customers", tags=["customers"])
DESCRIPTION = f"""List the customers that a filter finds, page by page; the newest first unless sorted.

A filter is a predicate `{{"field": "region", "op": "eq", "value": "East"}}`, or `and`, `or` (lists) or `not`
over filters: at most {MOST} predicates, {DEEPEST} levels. `in` takes a list, `between` the least and the
greatest, `exists` true or false. Null and absent values meet only `ne`, the complement of `eq`, and
`exists: false`. The case of texts counts.

{described(fields(""))}

`phone`, `email` and `attributes` are personal data: 403 `masked_field` for who may not read it.
A cursor serves only the filter and the sort that it came from."""


@router.post(
    "/search",
    response_model=CustomerPage,
    description=DESCRIPTION,
    responses=documents(MaskedField, Invalid),
    openapi_extra=READING,
)
@hot
async def search_customers(body: CustomerSearch, request: Request, principal: CanRead) -> Response:
    """List the customers that a filter finds."""
    held = core(request)
    wanted = Filter()
    if body.filter is not None:
        attributes = Attributes(await rules_of(request))
        known = {**fields(held.settings.country), "attributes": attributes}
        wanted = read(body.filter, known, principal)
    order = body.sort[0] if body.sort else queries.NEWEST
    scope = orjson.dumps(
        [request.url.path, body.filter, order.field, order.direction], option=orjson.OPT_SORT_KEYS
    ).decode()
    last = held.cursors.decode(body.cursor, scope, pointer="/cursor") if body.cursor else None
    page, pool = queries.page(wanted.shape, order.field, order.direction), held.database.pool
    items, end = await asked(
        body.limit, ("at", "id"), last, lambda **place: page.all(pool, principal, **place, **wanted.given)
    )
    return answer({"items": items, "next": end and held.cursors.encode(end, scope)})
