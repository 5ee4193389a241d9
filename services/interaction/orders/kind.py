"""Orders as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.orders.lines import kept
from services.interaction.orders.models import Order
from services.interaction.orders.schemas import OrderCreate, OrderRead
from services.interaction.orders.statuses import step
from services.interaction.products.queries import identify
from services.interaction.records.drafts import Columns, Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, money
from shared.database import Transaction
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render an order."""
    return json_object(
        id=t.id,
        version=t.version,
        placed_at=t.occurred_at,
        currency=t.currency,
        status=t.status,
        region=t.region,
        salesperson=t.salesperson,
        department=t.department,
        lines=t.lines,
        total=money(t.total, t.currency),
        **fact(t, who),
    )


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of given fields."""
    out = dict(given)
    if "lines" in out:
        out |= kept(out["lines"])
    return out


def whole(before: Columns | None, after: Columns) -> Columns:
    """Refuse a status that cannot follow the one before."""
    if before is not None:
        step(before["status"], after["status"])
    return after


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Identify the products of the lines."""
    await identify(tx.connection, drafts)


ORDERS = Kind(
    name="order",
    path="orders",
    model=Order,
    create=OrderCreate,
    read=OrderRead,
    rendering=rendering,
    time="placed_at",
    columns=columns,
    whole=whole,
    link=link,
)
