"""Contracts over HTTP: how long they last, and what each customer's is still expected to bring."""

import asyncio
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.charts.specification import Included
from services.scoring.contracts.lasting import Contracts, Terms
from services.scoring.contracts.queries import PAID
from services.scoring.contracts.schemas import ContractPage, ContractSurvival
from services.scoring.contracts.surviving import outlook, picture, sound, survival
from services.scoring.states.history import EPOCH, day_number
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, Unauthenticated, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/contracts", tags=["contracts"])
CanRead = Annotated[Principal, allow("scores:read")]
Json = dict[str, Any]
Days = Annotated[int, Query(ge=1, le=730)]


@dataclass(frozen=True)
class Asked:
    """Of what the contracts are, on which day they are looked at, and their terms."""

    sold: dict[str, Any]
    until: date
    terms: Terms


async def asked(
    request: Request,
    *,
    category: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    product: UUID | None = None,
    as_of: date | None = None,
    period_days: Annotated[Days, Query(description="For how long an order pays.")] = 30,
    grace_days: Annotated[int, Query(ge=0, le=730, description="How late a renewal may come.")] = 10,
) -> Asked:
    """Return which contracts are meant: those over one category, one product, or over all that is sold."""
    until = as_of or core(request).clock().date()
    return Asked({"category": category, "product": product}, until, Terms(period_days, grace_days))


Wanted = Annotated[Asked, Depends(asked)]


@router.get(
    "/survival", response_model=ContractSurvival, responses=documents(Unauthenticated, Forbidden, Invalid)
)
@hot
async def get_contract_survival(
    request: Request, principal: CanRead, wanted: Wanted, include: Included = None
) -> Response:
    """Return the share of contracts left after each renewal, as it was and as it is expected to be."""
    _, contracts = await _read(request, principal, wanted)
    told, _ = await asyncio.to_thread(survival, contracts)
    terms = {"period_days": wanted.terms.period, "grace_days": wanted.terms.grace}
    told = {"as_of": wanted.until, **terms, **told}
    return answer({**told, "chart": picture(told) if include else None})


@router.get("", response_model=ContractPage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_contracts(
    request: Request,
    principal: CanRead,
    wanted: Wanted,
    place: Paged,
    discount: Annotated[float, Query(ge=0.001, le=10, description="Of a year.")] = 0.1,
) -> Response:
    """List the newest contract of each customer that you see, by customer, with what is still to come."""
    currency = core(request).settings.currency

    async def ask(*, limit: int, last_customer_id: UUID | None) -> Any:  # noqa: ANN401 - rows
        ids, contracts = await _read(request, principal, wanted)
        _, fit = await asyncio.to_thread(survival, contracts)
        places = contracts.newest()
        begin = 0 if last_customer_id is None else bisect_right(ids, last_customer_id)
        rows = []
        for at in places[begin : begin + limit].tolist():
            coming = outlook(contracts, at, sound(fit), wanted.terms, discount)
            told = {"customer_id": ids[int(contracts.row[at])]}
            rows.append({**told, "data": {**told, **_shown(contracts, at, wanted.terms, coming, currency)}})
        return rows

    return await listed(request, place, ("customer_id",), ask)


async def _read(request: Request, principal: Principal, wanted: Asked) -> tuple[list[UUID], Contracts]:
    """Return the customers, ascending, and their contracts."""
    held = core(request)
    given = {"until": wanted.until, "currency": held.settings.currency, **wanted.sold}
    rows = await PAID.all(held.database.pool, principal, **given)
    return await asyncio.to_thread(_parted, rows, wanted)


def _parted(rows: Any, wanted: Asked) -> tuple[list[UUID], Contracts]:  # noqa: ANN401 - records
    ids = list(dict.fromkeys(UUID(int=row["current_id"].int) for row in rows))
    place = {one: at for at, one in enumerate(ids)}
    row = np.array([place[one["current_id"]] for one in rows], np.int64)
    day = np.array([day_number(one["day"]) for one in rows], np.int64)
    money = np.array([one["money"] for one in rows], np.float64)
    return ids, Contracts.of(row, day, money, wanted.terms, until=day_number(wanted.until))


def _shown(contracts: Contracts, at: int, terms: Terms, coming: Mapping[str, Any], currency: str) -> Json:
    """Return ContractRead but for its customer."""
    ended, paid_up = bool(contracts.ended[at]), int(contracts.last[at]) + terms.period
    value = coming["value"]
    return {
        "started_on": EPOCH + timedelta(int(contracts.first[at])),
        "renewals": int(contracts.renewals[at]),
        "renews_on": None if ended else EPOCH + timedelta(paid_up),
        "ended_on": EPOCH + timedelta(paid_up) if ended else None,
        "paid_per_period": {"amount": f"{coming['paid']:.2f}", "currency": currency},
        "p_renews": coming["next"],
        "expected_renewals": coming["renewals"],
        "discounted_renewals": coming["discounted"],
        "residual_value": None if value is None else {"amount": f"{value:.2f}", "currency": currency},
    }
