"""Setting and reading exchange rates."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.rates.actions import put_rate
from services.scoring.rates.queries import ONE, PAGE
from services.scoring.rates.schemas import ExchangeRatePage, ExchangeRateRead, ExchangeRateWrite
from shared.auth import Principal, allow
from shared.errors import (
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    documents,
)
from web.app import answer, core
from web.etag import IfMatchOptional
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/exchange-rates", tags=["exchange-rates"])
CanRead = Annotated[Principal, allow("scores:read")]
CanWrite = Annotated[Principal, allow("scoring:run")]
Code = Annotated[str, Path(pattern=r"^[A-Z]{3}$", max_length=3)]


@router.get("", response_model=ExchangeRatePage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_exchange_rates(request: Request, _: CanRead, place: Paged) -> Response:
    """List rates by base, quote and day."""
    pool = core(request).database.pool
    return await listed(request, place, ("base", "quote", "day"), lambda **given: PAGE.all(pool, **given))


@router.get(
    "/{base}/{quoted}/{day}",
    response_model=ExchangeRateRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_exchange_rate(request: Request, _: CanRead, base: Code, quoted: Code, day: date) -> Response:
    """Return the rate that was set for a day."""
    found = await ONE.one(core(request).database.pool, base=base, quote=quoted, day=day)
    if found is None:
        raise NotFound
    return answer(found[0], version=found["version"], request=request)


@router.put(
    "/{base}/{quoted}/{day}",
    response_model=ExchangeRateRead,
    responses={
        201: {"model": ExchangeRateRead, "description": "There was none for that day."},
        **documents(PreconditionFailed, PreconditionRequired),
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
    held = core(request)
    async with held.database.begin(principal, at=held.clock()) as tx:
        created = await put_rate(tx, request, (base, quoted, day), body.rate)
        shown, version, _ = await ONE.one(tx.connection, base=base, quote=quoted, day=day)  # type: ignore[misc]  # just written
    return answer(shown, status=201 if created else 200, version=version)
