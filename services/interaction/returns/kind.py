"""Returns as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.orders.lines import kept_returned
from services.interaction.orders.queries import attach
from services.interaction.products.queries import identify
from services.interaction.records.drafts import Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, money
from services.interaction.returns.models import Return
from services.interaction.returns.schemas import ReturnCreate, ReturnRead
from shared.database import Transaction
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a return."""
    return json_object(
        id=t.id,
        version=t.version,
        order_id=t.order_id,
        returned_at=t.occurred_at,
        currency=t.currency,
        reason=t.reason,
        lines=t.lines,
        total=money(t.total, t.currency),
        **fact(t, who),
    )


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of given fields."""
    out = dict(given)
    if "lines" in out:
        out |= kept_returned(out["lines"])
    return out


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the orders and the products that come back."""
    await attach(tx.connection, tx.principal, drafts)
    await identify(tx.connection, drafts)


RETURNS = Kind(
    name="return",
    path="returns",
    model=Return,
    create=ReturnCreate,
    read=ReturnRead,
    rendering=rendering,
    time="returned_at",
    columns=columns,
    link=link,
)
