"""Deliveries as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.deliveries.arrival import derived
from services.interaction.deliveries.models import Delivery
from services.interaction.deliveries.schemas import DeliveryCreate, DeliveryLine, DeliveryRead
from services.interaction.orders.amounts import quantity
from services.interaction.orders.lines import named_product
from services.interaction.orders.queries import attach
from services.interaction.products.queries import identify
from services.interaction.records.drafts import Columns, Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from shared.database import Transaction
from shared.statements import json_object

_PLAIN = (
    "order_id",
    "occurred_at",
    "promised_on",
    "shipped_at",
    "delivered_at",
    "cancelled",
    "status",
    "on_time",
    "in_full",
    "carrier",
    "tracking",
    "lines",
)


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a delivery."""
    return json_object(
        id=t.id, version=t.version, **{name: getattr(t, name) for name in _PLAIN}, **fact(t, who)
    )


def columns(given: Mapping[str, Any]) -> Columns:
    """Return the columns of given fields."""
    out = dict(given)
    if "lines" in out:
        out["lines"] = [_kept(number, line) for number, line in enumerate(out["lines"], 1)]
    return out


def _kept(number: int, line: DeliveryLine) -> dict[str, Any]:
    return {
        "line": number,
        "order_line": line.order_line,
        **named_product(line.product),
        "quantity": quantity(line.quantity),
        "delivered": None if line.delivered is None else quantity(line.delivered),
    }


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the orders and the products that are delivered."""
    await attach(tx.connection, tx.principal, drafts)
    await identify(tx.connection, drafts)


def whole(_: Columns | None, after: Columns) -> Columns:
    """Add what follows from promise and arrival."""
    return {**after, **derived(after)}


DELIVERIES = Kind(
    name="delivery",
    path="deliveries",
    model=Delivery,
    create=DeliveryCreate,
    read=DeliveryRead,
    rendering=rendering,
    columns=columns,
    link=link,
    whole=whole,
)
