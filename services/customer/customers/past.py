"""The past: a customer's document as it was at a time, rebuilt from its history."""

from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, cast, select
from sqlalchemy.dialects.postgresql import JSONB

from services.customer.customers.models import Customer
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import HISTORY, RECORD, fetch
from services.customer.customers.references import Reference
from shared.auth import Principal
from shared.diff import undone
from shared.statements import Runner, visible

_DOCUMENT = visible(
    select(Customer.version, cast(RECORD, JSONB).label("document")).where(
        Customer.deleted_at.is_(None), Customer.id == bindparam("id", type_=Uuid)
    ),
    of=Customer,
)


async def as_of(on: Runner, principal: Principal, reference: Reference, moment: datetime) -> dict[str, Any]:
    """Return the document that a customer had at a moment; CustomerNotFound before there was one.

    Whom the principal sees today decides, and what is personal is masked as today.
    """
    id_ = (await fetch(on, principal, reference))["id"]
    row = await _DOCUMENT.one(on, principal, id=id_)
    if row is None:
        raise CustomerNotFound
    document: dict[str, Any] = row["document"]
    changes = await HISTORY.after(on, principal, id_, version=row["version"], moment=moment)
    if not changes or changes[-1]["at"] > moment:
        raise CustomerNotFound("There was no such customer yet.")
    *later, then = changes
    for change in later:
        document = undone(document, change["diff"])
    return {**document, "version": then["version"], "updated_at": then["at"]}
