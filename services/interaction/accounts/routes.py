"""Routes of balances: of an order, and of a customer."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.accounts.queries import account
from services.interaction.accounts.schemas import CustomerAccount, OrderBalance
from services.interaction.orders.kind import ORDERS
from services.interaction.records.actions import fetch
from services.interaction.records.parameters import CustomerPath, Named
from services.interaction.records.whose import known_in
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from shared.schemas import Currency
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1", tags=["accounts"])
CanRead = Annotated[Principal, allow("orders:read")]
Into = Annotated[
    Currency | None, Query(description="Show the whole in this currency too, at the rates of the days.")
]


@router.get("/orders/{order_id}/balance", response_model=OrderBalance, responses=documents(NotFound, Invalid))
@hot
async def get_order_balance(
    request: Request, order_id: Named, principal: CanRead, currency: Into = None
) -> Response:
    """Show what was ordered, returned, credited and paid, and what is open."""
    pool = core(request).database.pool
    order = await fetch(pool, principal, ORDERS, order_id)
    found = await account(pool, principal, order_id=order["id"], currency=currency)
    return answer({"order_id": order["id"], **found})


@router.get(
    "/customers/{customer}/account", response_model=CustomerAccount, responses=documents(NotFound, Invalid)
)
@hot
async def get_customer_account(
    request: Request, customer: CustomerPath, principal: CanRead, currency: Into = None
) -> Response:
    """Show what a customer owes for all orders, over all of its ids."""
    pool, who = core(request).database.pool, (await known_in(request, principal, customer)).current_id
    return answer({"customer_id": who, **await account(pool, principal, customer_id=who, currency=currency)})
