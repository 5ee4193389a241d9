"""Customers as streams over HTTP: rows in as those of a batch, and all that the list shows out."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.customer.customers import actions, batches, examples, queries
from services.customer.customers.batches import Row
from services.customer.customers.checking import check_of
from services.customer.customers.problems import IdentityRequired
from services.customer.customers.routes import CanRead, CanWrite, Duplicates, rules_of
from services.customer.customers.schemas import BatchMode, CustomerRow, CustomerStreamResult
from services.customer.search.parameters import Everybody
from services.customer.search.schemas import CustomerHit
from shared.database import Transaction
from shared.errors import Invalid, MaskedField, Problem, documents
from streams.describing import GIVES, LOADS, Lines, lines, lines_of
from streams.giving import After, give
from streams.schemas import StreamCounts, StreamEnd
from streams.taking import DryRun, take
from web.app import core
from web.hot import hot
from web.once import Answer, settled

router = APIRouter(prefix="/v1/customers", tags=["customers"])
Mode = Annotated[BatchMode, Query(description="As that of a batch.")]


@router.post(
    "/stream",
    description=f"Create and update customers, one a line; {LOADS}",
    response_class=Lines,
    responses={**lines(CustomerStreamResult | StreamCounts), **documents(Invalid)},
    openapi_extra=lines_of(CustomerRow, examples.CUSTOMER),
)
@hot
async def load_customers(
    request: Request,
    principal: CanWrite,
    *,
    mode: Mode = BatchMode.UPSERT,
    dry_run: DryRun = False,
    on_duplicate: Duplicates = None,
) -> Response:
    """Create and update the customers that the lines of a body say."""
    held = core(request)

    async def write(items: Sequence[object]) -> Sequence[Mapping[str, Any]]:
        rows = [_named(row) for row in await batches.read_all(items, held.settings.country)]
        rules, check = await rules_of(request), await check_of(request, on_duplicate)

        async def act(tx: Transaction) -> Answer:
            return await actions.write_many(tx, rows, rules, mode, dry_run=dry_run, check=check)

        report: Any = (await settled(held, principal, act)).body
        results: Sequence[Mapping[str, Any]] = report["results"]
        return results

    return await take(request, write)


@router.get(
    "/stream",
    description=f"Give all customers that the list would show, one a line; {GIVES}",
    response_class=Lines,
    responses={**lines(CustomerHit | StreamEnd), **documents(MaskedField, Invalid)},
)
@hot
async def stream_customers(
    request: Request, principal: CanRead, chosen: Everybody, after: After = None
) -> Response:
    """Give all customers that the filters choose, by id."""
    held = core(request)
    given = chosen.parameters(held.settings.country)
    return await give(
        request,
        lambda limit, last: queries.BY_ID.all(
            held.database.pool, principal, **given, limit=limit, last_id=last
        ),
        after,
    )


def _named(row: Row | Problem) -> Row | Problem:
    """Return a row that names its customer, or the problem that it does not."""
    if isinstance(row, Problem) or row.names:
        return row
    says = IdentityRequired.says
    return IdentityRequired(errors=[{"pointer": "/identities", "code": "missing", "detail": says}])
