"""Costs of one customer, and shared ones, as kinds of record."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.costs.models import Cost, SharedCost
from services.interaction.costs.schemas import (
    Among,
    Basis,
    CostCreate,
    CostRead,
    SharedCostCreate,
    SharedCostRead,
)
from services.interaction.identities.people import key_of
from services.interaction.identities.queries import find
from services.interaction.orders import amounts
from services.interaction.records.actions import NOBODY
from services.interaction.records.drafts import Columns, Draft
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact, money, record
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.statements import json_object


class NotACost(Invalid):
    """A period that ends before it begins, or a sharing that does not say among whom, or by what."""

    code, title = "not_a_cost", "This does not make a cost"


def _shown(t: Any) -> dict[str, Any]:  # noqa: ANN401 - a model, or the columns of a CTE
    plain = ("kind", "first_day", "last_day", "campaign", "note")
    return {
        "id": t.id,
        "version": t.version,
        "amount": money(t.amount, t.currency),
        **{name: getattr(t, name) for name in plain},
    }


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a cost of one customer."""
    return json_object(**_shown(t), **fact(t, who))


def shared_rendering(t: Any, _: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Render a shared cost."""
    sharing = {name: getattr(t, name) for name in ("among", "name", "basis", "weights")}
    return json_object(**_shown(t), **sharing, **record(t))


def columns(given: Mapping[str, Any]) -> Columns:
    """Return the columns of given fields; customers of weights are still keys, to be looked up."""
    out = dict(given)
    if "amount" in out:
        out["amount"] = amounts.money(out["amount"])
    if "weights" in out:
        out["weights"] = [
            {"customer_id": key_of(each.customer), "weight": amounts.quantity(each.weight)}
            for each in out["weights"]
        ]
    return out


def whole(_: Columns | None, after: Columns) -> Columns:
    """Add the day on which a period ends that has no end, and refuse one that ends before it begins."""
    first, last = after["first_day"], after["last_day"] or after["first_day"]
    if last < first:
        raise _refused("/last_day", "A period ends on its first day or later.")
    return {**after, "last_day": last}


def of_one(before: Columns | None, after: Columns) -> Columns:
    """Add to that the time at which the period begins."""
    settled = whole(before, after)
    return {**settled, "occurred_at": datetime.combine(settled["first_day"], time(), UTC)}


def check_sharing(content: Mapping[str, Any]) -> None:
    """Raise NotACost unless a shared cost says among whom it is shared and by what."""
    if (content["name"] is None) is not (content["among"] == Among.ALL):
        raise _refused("/name", "A department or a region has a name; all customers have none.")
    if bool(content["weights"]) is not (content["basis"] == Basis.WEIGHT):
        raise _refused("/weights", "The basis weight needs weights, and no other has any.")


async def link(tx: Transaction, drafts: Sequence[Draft]) -> None:
    """Find the customers who bear a cost by weight."""
    for draft in drafts:
        weights = draft.values.get("weights")
        if not weights or draft.problem is not None:
            continue
        found = await find(tx.connection, {each["customer_id"] for each in weights})
        for at, each in enumerate(weights):
            who = found.get(each["customer_id"])
            if who is None or who.deleted or not who.seen_by(tx.principal):
                draft.problem = _refused(f"/weights/{at}/customer", NOBODY)
                break
            each["customer_id"] = str(who.original_id)


def _refused(pointer: str, detail: str) -> NotACost:
    error: FieldError = {"pointer": pointer, "code": NotACost.code, "detail": detail}
    return NotACost(detail, errors=[error])


COSTS = Kind(
    name="cost",
    path="costs",
    model=Cost,
    create=CostCreate,
    read=CostRead,
    rendering=rendering,
    columns=columns,
    whole=of_one,
)
SHARED_COSTS = Kind(
    name="shared_cost",
    path="shared-costs",
    model=SharedCost,
    create=SharedCostCreate,
    read=SharedCostRead,
    rendering=shared_rendering,
    columns=columns,
    check=check_sharing,
    whole=whole,
    link=link,
)
