"""Resolving the order that a payment or a return is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from services.interaction.identities.models import Identity
from services.interaction.identities.people import Key, Known
from services.interaction.identities.queries import WHO, known
from services.interaction.orders.models import Order
from services.interaction.records.drafts import Draft
from services.interaction.sources.queries import find
from shared.auth import Principal
from shared.errors import FieldError, Invalid
from shared.statements import Runner, visible

_select = (
    select(Order.id, *WHO)
    .join_from(Order, Identity, Identity.original_id == Order.customer_id)
    .where(Order.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
)
# Locked, so that no rule of retention deletes it while something is attached to it.
_ORDERS = visible(_select.with_for_update(read=True, key_share=True, of=Order), Order)


class UnknownOrder(Invalid):
    """No such order, or none that the principal may see."""

    code, title = "unknown_order", "The order is not known"


class OrderOfAnother(Invalid):
    """The order and the customer that are named do not belong together."""

    code, title = "order_of_another_customer", "The order belongs to another customer"


async def attach(on: Runner, principal: Principal, drafts: Sequence[Draft]) -> None:
    """Put `order_id` into drafts that name an order; its customer is theirs, if they name none."""
    drafts = [draft for draft in drafts if draft.problem is None and draft.order is not None]
    if not drafts:
        return
    ids = await _ids(on, {draft.order for draft in drafts if draft.order})
    rows = await _ORDERS.all(on, principal, ids=list(set(ids.values())))
    whose = {row["id"]: known(row) for row in rows}
    for draft in drafts:
        _attach(draft, ids.get(draft.order) if draft.order else None, whose)


async def _ids(on: Runner, keys: Collection[Key]) -> dict[Key, UUID]:
    ids: dict[Key, UUID] = {key: key for key in keys if isinstance(key, UUID)}
    found: Mapping[Any, UUID] = await find(on, "order", [key for key in keys if not isinstance(key, UUID)])
    return {**ids, **found}


def _attach(draft: Draft, order_id: UUID | None, whose: dict[UUID, Known]) -> None:
    who = whose.get(order_id) if order_id else None
    if order_id is None or who is None:
        detail = "No such order, or none that you may see."
        error: FieldError = {"pointer": "/order", "code": "unknown_order", "detail": detail}
        draft.problem = UnknownOrder(detail, errors=[error])
    elif draft.who is not None and draft.who.current_id != who.current_id:
        draft.problem = OrderOfAnother()
    else:
        draft.values["order_id"] = order_id
        draft.who = who  # under one id with the order, by whichever of its ids the customer was named
        draft.missing = tuple(name for name in draft.missing if name != "customer")
