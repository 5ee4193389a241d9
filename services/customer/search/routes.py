"""Listing and searching customers over HTTP."""

import orjson
from fastapi import APIRouter, Request, Response

from filters.conditions import DEEPEST, MOST, Filter, described, read
from services.customer.customers import queries as customers
from services.customer.customers.routes import CanRead, rules_of
from services.customer.search import queries
from services.customer.search.attributes import Attributes
from services.customer.search.fields import fields
from services.customer.search.finding import RANKED, Finder
from services.customer.search.parameters import Choice
from services.customer.search.questions import tiers
from services.customer.search.schemas import CustomerPage, CustomerSearch
from shared.auth import Principal
from shared.errors import Invalid, MaskedField, documents
from shared.pagination import page, scope_of
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed
from web.openapi import READING

router = APIRouter(prefix="/v1/customers", tags=["customers"])
STRING = """`q` finds names in any script (simplified and traditional characters, one or more; pinyin;
initials; Latin letters with or without diacritics; transliterations; beginnings; one slip of the
hand), phone numbers in any written form or by four or more digits that they end with, e-mail
addresses and other contact points, ids in other systems, tags, words of addresses and values of
attributes. The best matches come first: whole, then forms of the name, then words, then
beginnings, and among equals the newest; slips count where nothing else was found. `match` says
what was met, and how. Who may not read personal data finds nobody by it."""
DESCRIPTION = f"""List the customers that a search string and a filter find, page by page.

{STRING}

A filter is a predicate `{{"field": "region", "op": "eq", "value": "East"}}`, or `and`, `or` (lists) or `not`
over filters: at most {MOST} predicates, {DEEPEST} levels. `in` takes a list, `between` the least and the
greatest, `exists` true or false. Null and absent values meet only `ne`, the complement of `eq`, and
`exists: false`. The case of texts counts.

{described(fields(""))}

`phone`, `email` and `attributes` are personal data: 403 `masked_field` for who may not read it.
With `sort` the string only filters, and slips do not count. A cursor serves only what it came from."""


@router.get(
    "",
    response_model=CustomerPage,
    description=f"List customers, newest first; with `updated_after`, the last updated first.\n\n{STRING}",
    responses=documents(MaskedField, Invalid),
)
@hot
async def list_customers(request: Request, principal: CanRead, chosen: Choice, place: Paged) -> Response:
    """List customers, newest first, or those that a search string finds."""
    held = core(request)
    if chosen.q is None:
        newest = customers.LAST_UPDATED if "updated_after" in chosen.given else customers.NEWEST
        given, pool = chosen.parameters(held.settings.country), held.database.pool
        return await listed(
            request, place, ("at", "id"), lambda **at: newest.all(pool, principal, **at, **given)
        )
    found = await _finder(request, principal, chosen.tree(principal), chosen.q)
    scope = scope_of(request) + RANKED
    last = held.cursors.decode(place.cursor, scope) if place.cursor else None
    items, end = await found.best(place.limit, last)
    return page(items, None if end is None else held.cursors.encode(end, scope), request)


@router.post(
    "/search",
    response_model=CustomerPage,
    description=DESCRIPTION,
    responses=documents(MaskedField, Invalid),
    openapi_extra=READING,
)
@hot
async def search_customers(body: CustomerSearch, request: Request, principal: CanRead) -> Response:
    """List the customers that a search string and a filter find."""
    held = core(request)
    found, order = await _finder(request, principal, body.filter, body.q), body.sort[0] if body.sort else None
    told = [request.url.path, body.q, body.filter, (order.field, order.direction) if order else RANKED]
    scope = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
    last = held.cursors.decode(body.cursor, scope, pointer="/cursor") if body.cursor else None
    if body.q is None or order is not None:
        items, end = await found.ordered(order or queries.NEWEST, body.limit, last)
    else:
        items, end = await found.best(body.limit, last)
    return answer({"items": items, "next": end and held.cursors.encode(end, scope)})


async def _finder(request: Request, principal: Principal, tree: object, q: str | None) -> Finder:
    held, wanted = core(request), Filter()
    if tree is not None:
        known = {**fields(held.settings.country), "attributes": Attributes(await rules_of(request))}
        wanted = read(tree, known, principal)
    ways = () if q is None else tiers(q, held.settings.country, personal=principal.personal)
    return Finder(held.database.pool, principal, wanted, ways)
