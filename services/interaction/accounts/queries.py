"""Reading everything that changes the balance of an order or of a customer."""

from datetime import UTC
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ColumnElement, Text, Uuid, bindparam, literal_column, null, select

from services.interaction.accounts.balance import Entry, Item, balances, counted, in_one_currency
from services.interaction.credit_notes.models import CreditNote
from services.interaction.identities.models import Identity
from services.interaction.orders.models import Order
from services.interaction.payments.models import Payment
from services.interaction.rates.queries import rates_into
from services.interaction.returns.models import Return
from shared.auth import Principal
from shared.statements import Runner, Visible, visible

Column = ColumnElement[Any]
_NOTHING = null()
# amount, status, order and return of each kind of entry
_OF: dict[Item, tuple[Any, Any, Any, Any]] = {
    Item.ORDERED: (Order.total, Order.status, Order.id, _NOTHING),
    Item.RETURNED: (Return.total, _NOTHING, Return.order_id, Return.id),
    Item.CREDITED: (CreditNote.amount, CreditNote.status, CreditNote.order_id, CreditNote.return_id),
    Item.PAID: (Payment.amount, _NOTHING, Payment.order_id, _NOTHING),
}
_MODELS: dict[Item, Any] = {
    Item.ORDERED: Order,
    Item.RETURNED: Return,
    Item.CREDITED: CreditNote,
    Item.PAID: Payment,
}


def _entries(item: Item) -> Visible:
    model, (amount, status, order_id, return_id) = _MODELS[item], _OF[item]
    originals = select(Identity.original_id).where(
        Identity.current_id == bindparam("customer_id", type_=Uuid)
    )
    return visible(
        select(
            literal_column(f"'{item}'", Text).label("item"),
            amount.label("amount"),
            model.currency,
            model.occurred_at,
            status.label("status"),
            order_id.label("order_id"),
            return_id.label("return_id"),
        ),
        model,
        {
            "order_id": order_id == bindparam("order_id", type_=Uuid),
            "customer_id": model.customer_id.in_(originals.correlate(None)),
        },
    )


_ENTRIES = [_entries(item) for item in Item]


async def account(
    on: Runner,
    principal: Principal,
    *,
    order_id: UUID | None = None,
    customer_id: UUID | None = None,
    currency: str | None,
) -> dict[str, Any]:
    """Return `balances` and `converted` of an order, or of a customer's current id: one of them is given."""
    given = {"order_id": order_id, "customer_id": customer_id}
    rows = [row for entries in _ENTRIES for row in await entries.all(on, principal, **given)]
    entries = counted(map(_entry, rows))
    converted = None
    if currency is not None and entries:
        until = max(entry.day for entry in entries)
        rates = await rates_into(on, currency, {entry.currency for entry in entries}, until)
        converted = in_one_currency(entries, rates, currency)
    return {"balances": balances(entries), "converted": converted}


def _entry(row: Record) -> Entry:
    return Entry(
        Item(row["item"]),
        row["amount"],
        row["currency"],
        row["occurred_at"].astimezone(UTC).date(),
        row["status"],
        row["order_id"],
        row["return_id"],
    )
