"""Resolving the return that a credit note is for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from services.interaction.identities.models import Identity
from services.interaction.identities.people import Known
from services.interaction.identities.queries import WHO, known
from services.interaction.records.drafts import Draft
from services.interaction.returns.models import Return
from services.interaction.sources.queries import find
from shared.auth import Principal
from shared.errors import FieldError, Invalid
from shared.statements import Runner, visible

_select = (
    select(Return.id, Return.order_id, *WHO)
    .join_from(Return, Identity, Identity.original_id == Return.customer_id)
    .where(Return.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
)
# Locked, so that no rule of retention deletes it while something is attached to it.
_RETURNS = visible(_select.with_for_update(read=True, key_share=True, of=Return), Return)


class UnknownReturn(Invalid):
    """No such return, none that the principal may see, or one of another customer or order."""

    code, title = "unknown_return", "The return is not known, or belongs to something else"


async def attach_return(on: Runner, principal: Principal, drafts: Sequence[Draft]) -> None:
    """Replace the key of a return in drafts by its id; what it belongs to is theirs, if they say nothing."""
    drafts = [draft for draft in drafts if draft.problem is None and draft.values.get("return_id")]
    keys = {draft.values["return_id"] for draft in drafts}
    names = [key for key in keys if not isinstance(key, UUID)]
    ids: dict[Any, UUID] = {key: key for key in keys if isinstance(key, UUID)}
    ids |= await find(on, "return", names)
    found = await _RETURNS.all(on, principal, ids=list(set(ids.values()))) if ids else []
    there = {row["id"]: (row["order_id"], known(row)) for row in found}
    for draft in drafts:
        return_id = ids.get(draft.values["return_id"])
        _attach(draft, return_id, there.get(return_id) if return_id else None)


def _attach(draft: Draft, return_id: UUID | None, its: tuple[UUID | None, Known] | None) -> None:
    order_id, who = its or (None, None)
    ordered = draft.values.get("order_id")
    other = draft.who is not None and who is not None and draft.who.current_id != who.current_id
    if who is None or other or (ordered and order_id and ordered != order_id):
        detail = "No such return, none that you may see, or one of another customer or order."
        error: FieldError = {"pointer": "/for_return", "code": UnknownReturn.code, "detail": detail}
        draft.problem = UnknownReturn(detail, errors=[error])
        return
    draft.values["return_id"], draft.who = return_id, who
    if order_id and not ordered:
        draft.values["order_id"] = order_id
    draft.missing = tuple(name for name in draft.missing if name != "customer")
