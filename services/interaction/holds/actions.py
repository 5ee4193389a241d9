"""Holds as they are shown and kept."""

from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ColumnElement, Integer, Uuid, bindparam, select
from sqlalchemy.orm import aliased
from starlette.requests import Request

from keeping.keeper import Keeper
from services.interaction.base import FEED, JOBS
from services.interaction.holds.models import RetentionHold
from services.interaction.identities.models import Identity
from services.interaction.identities.people import Known
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import NotFound
from shared.statements import Runner, Statement, json_object, visible
from web.etag import Condition, demand
from web.once import Answer

RUN = "retention_run"
_FIELDS = ("id", "version", "customer_id", "reason", "created_at", "updated_at")


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a hold."""
    return json_object(**{name: getattr(t, name) for name in _FIELDS})


def owner(t: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:  # noqa: ANN401 - as above
    """Return the owner and department of a hold: its customer's."""
    mine = select(Identity).where(Identity.original_id == t.customer_id)
    of_owner, of_department = (
        mine.with_only_columns(column).scalar_subquery() for column in (Identity.owner, Identity.department)
    )
    return of_owner, of_department


HOLDS = Keeper(FEED, "retention_hold", RetentionHold, rendering, owner=owner)
LISTED = visible(
    HOLDS.shown.order_by(RetentionHold.id).limit(bindparam("limit", type_=Integer)),
    RetentionHold,
    {"last_id": RetentionHold.id > bindparam("last_id", type_=Uuid)},
)
# That of a customer, under whichever of its ids it was put; of several that merges brought, the oldest.
_other = aliased(Identity, name="its")
_OF = visible(
    HOLDS.shown.join(_other, _other.original_id == RetentionHold.customer_id)
    .where(_other.current_id == bindparam("current_id", type_=Uuid))
    .order_by(RetentionHold.id)
    .limit(1),
    RetentionHold,
)
# A run works in one transaction after another, each of which holds its job: from here on none is at work.
_PAUSE = Statement(
    select(JOBS.table.c.id)
    .where(JOBS.table.c.kind == RUN, JOBS.table.c.status == "running")
    .with_for_update(read=True)
)


async def find(on: Runner, principal: Principal, who: Known) -> Record | None:
    """Return `id`, `version` and `data` of the hold of a customer, None if there is none."""
    return await _OF.one(on, principal, current_id=who.current_id)


async def fetch(on: Runner, principal: Principal, who: Known) -> Record:
    """Return the same; NotFound if there is none."""
    row = await find(on, principal, who)
    if row is None:
        raise NotFound("The customer is not on hold.")
    return row


async def put(tx: Transaction, request: Request, who: Known, reason: str) -> Answer:
    """Put a customer on hold, or change why; after the commit nothing of the customer goes."""
    await _PAUSE.all(tx.connection)
    row = await find(tx.connection, tx.principal, who)
    if row is not None:
        return await HOLDS.change(tx, row["id"], {"reason": reason}, Condition(demand(request)))
    values: dict[str, UUID | str] = {"customer_id": who.original_id, "reason": reason}
    said = await HOLDS.create(tx, values, "")
    return Answer(said.body, 201, said.version, subjects=said.subjects)


async def remove(tx: Transaction, who: Known, seen: Condition) -> Answer:
    """Let rules hold again for a customer; NotFound if there is no hold."""
    row = await fetch(tx.connection, tx.principal, who)
    return await HOLDS.remove(tx, row["id"], seen)
