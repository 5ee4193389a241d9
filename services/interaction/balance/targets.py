"""Targets as they are shown, kept and changed; what depends on them is made anew."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import ColumnElement, Integer, Text, Uuid, bindparam

from keeping.keeper import Keeper
from services.interaction.arrivals.following import sweep_anew
from services.interaction.balance.keeping import refresh
from services.interaction.balance.models import ContactTarget
from services.interaction.balance.target_schemas import ContactTargetRead
from services.interaction.base import FEED
from services.interaction.identities.people import Known
from services.interaction.identities.queries import find
from shared.auth import Visibility
from shared.database import Transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.statements import json_object, visible
from web.etag import Condition
from web.once import Answer

PATH = "/v1/contact-targets"


class TargetExists(Conflict):
    """There is a target for the same customers: change that one."""

    code, title = "target_exists", "There is a target for the same customers"


class NotOneOrMany(Invalid):
    """A target is for one customer, or for those of a class or department, not for both."""

    code, title = "not_one_or_many", "A target is for one customer or for many"


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a target."""
    return json_object(**{name: getattr(t, name) for name in ContactTargetRead.model_fields})


TARGETS = Keeper(FEED, "contact_target", ContactTarget, rendering)
LISTED = visible(
    TARGETS.shown.order_by(ContactTarget.id).limit(bindparam("limit", type_=Integer)),
    ContactTarget,
    {
        "last_id": ContactTarget.id > bindparam("last_id", type_=Uuid),
        "customer_class": ContactTarget.customer_class == bindparam("customer_class", type_=Text),
        "department": ContactTarget.department == bindparam("department", type_=Text),
    },
)


async def create(tx: Transaction, given: Mapping[str, Any], who: Known | None) -> Answer:
    """Make a target; for one customer, `who` is that one."""
    _check(tx, who is not None)
    if who is not None and (given["customer_class"] is not None or given["department"] is not None):
        raise NotOneOrMany
    values = {**given, "customer_id": who and who.current_id}
    try:
        said = await TARGETS.create(tx, values, PATH)
    except UniqueViolationError as taken:
        raise TargetExists from taken
    await _spread(tx, values["customer_id"])
    return said


async def change(tx: Transaction, id_: UUID, patch: Mapping[str, Any], seen: Condition) -> Answer:
    """Apply a merge patch."""
    whose = await _whose(tx, id_)
    said = await TARGETS.change(tx, id_, patch, seen)
    await _spread(tx, whose)
    return said


async def remove(tx: Transaction, id_: UUID, seen: Condition) -> Answer:
    """Delete a target."""
    whose = await _whose(tx, id_)
    said = await TARGETS.remove(tx, id_, seen)
    await _spread(tx, whose)
    return said


async def _whose(tx: Transaction, id_: UUID) -> UUID | None:
    row = await _WHOSE.one(tx.connection, tx.principal, id=id_)
    whose: UUID | None = None if row is None else row["customer_id"]
    _check(tx, row is None or whose is not None)
    return whose


def _check(tx: Transaction, own: bool) -> None:  # noqa: FBT001 - whether one customer's own
    """Let only those who see all customers say how often all of a sort are talked to."""
    if not own and tx.principal.visibility is not Visibility.ALL:
        raise Forbidden("Only who sees all customers may set a target for more than one.")


async def _spread(tx: Transaction, customer: UUID | None) -> None:
    """Make the rhythms anew that a target is for: one at once, many by the worker."""
    if customer is None:
        await sweep_anew(tx)
        return
    who = (await find(tx.connection, [customer])).get(customer)
    await refresh(tx, [customer if who is None else who.current_id])


_WHOSE = visible(
    TARGETS.shown.with_only_columns(ContactTarget.customer_id).where(
        ContactTarget.id == bindparam("id", type_=Uuid)
    ),
    ContactTarget,
)
