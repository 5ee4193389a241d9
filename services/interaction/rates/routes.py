"""Routes of exchange rates: those of every kind of record, and by pair and day."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.identities.people import People
from services.interaction.rates.kind import RATES, NotARate, name
from services.interaction.rates.schemas import ExchangeRateCreate, ExchangeRateRead, ExchangeRateWrite
from services.interaction.records import answers
from services.interaction.records.actions import Wanted, correct, fetch, write
from services.interaction.records.drafts import SourceKeyTaken
from services.interaction.records.routes import record_routes
from services.interaction.records.schemas import BatchMode, Outcome
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired, documents
from shared.schemas import Currency
from web.etag import Condition, IfMatchOptional, demand
from web.hot import hot
from web.once import Answer, once

CanRead = Annotated[Principal, allow("orders:read")]
CanWrite = Annotated[Principal, allow("orders:write")]
Code = Annotated[str, Path(pattern=r"^[A-Z]{3}$", max_length=3)]


async def _filters(base: Currency | None = None, quote: Currency | None = None) -> Mapping[str, Any]:
    """Return the filters of the list."""
    return {"base": base, "quote": quote}


router = record_routes(
    RATES,
    scope="orders",
    says="Set what a currency costs in another from a day on.",
    filters=_filters,
    problems=(NotARate,),
)
BY_DAY = "/{base}/{quoted}/{day}"


@router.get(BY_DAY, response_model=ExchangeRateRead, responses=documents(NotFound, Invalid))
@hot
async def get_exchange_rate_of_day(
    request: Request, principal: CanRead, base: Code, quoted: Code, day: date
) -> Response:
    """Return the rate that was set for a day."""
    return await answers.get(request, principal, RATES, name(base, quoted, day))


@router.put(
    BY_DAY,
    response_model=ExchangeRateRead,
    responses={
        201: {"model": ExchangeRateRead, "description": "There was none for that day."},
        **documents(PreconditionFailed, PreconditionRequired, NotARate),
    },
)
@hot
async def put_exchange_rate(
    request: Request,
    principal: CanWrite,
    *,
    base: Code,
    quoted: Code,
    day: date,
    body: ExchangeRateWrite,
    _: IfMatchOptional = None,
) -> Response:
    """Set what one unit of base costs in quote from a day on; a rate set before needs If-Match to change."""
    given = ExchangeRateCreate(base=base, quote=quoted, day=day, **dict(body))

    async def act(tx: Transaction) -> Answer:
        return await _put(tx, request, given)

    return await once(request, principal, act)


async def _put(tx: Transaction, request: Request, given: ExchangeRateCreate) -> Answer:
    key = name(given.base, given.quote, given.day)
    result = (await write(tx, Wanted(RATES, [RATES.draft(given)], People(), BatchMode.CREATE))).results[0]
    if isinstance(result.problem, SourceKeyTaken) and result.held is not None:  # another one is there
        await correct(tx, RATES, result.held.id, RATES.draft(given), Condition(demand(request)))
    elif result.problem is not None:
        raise result.problem
    row = await fetch(tx.connection, tx.principal, RATES, key)
    status = 201 if result.outcome is Outcome.CREATED else 200
    return Answer(row["data"], status, row["version"], subjects=(row["id"],))
