"""Payments as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.orders import amounts
from services.interaction.orders.queries import attach
from services.interaction.payments.models import Payment
from services.interaction.payments.schemas import PaymentCreate, PaymentRead
from services.interaction.records.drafts import Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, money
from shared.database import Transaction
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a payment."""
    return json_object(
        id=t.id,
        version=t.version,
        order_id=t.order_id,
        paid_at=t.occurred_at,
        amount=money(t.amount, t.currency),
        method=t.method,
        **fact(t, who),
    )


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of given fields."""
    out = dict(given)
    if "amount" in out:
        out["amount"] = amounts.money(out["amount"])
    return out


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the orders that are paid."""
    await attach(tx.connection, tx.principal, drafts)


PAYMENTS = Kind(
    name="payment",
    path="payments",
    model=Payment,
    create=PaymentCreate,
    read=PaymentRead,
    rendering=rendering,
    time="paid_at",
    columns=columns,
    link=link,
)
