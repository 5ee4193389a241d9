"""Recognising who references mean, and giving strangers an id."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Boolean, Text, Uuid, bindparam, column, delete, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert

from services.interaction.identities.asking import Customers
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.identities.people import Key, Known, People
from services.interaction.identities.queries import find
from shared.database import Transaction
from shared.ids import uuid7
from shared.statements import Runner, Statement

_given = (
    func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    .table_valued(
        column("system", Text),
        column("external_id", Text),
        column("customer_id", Uuid),
        column("current_id", Uuid),
        column("owner", Text),
        column("department", Text),
        column("provisional", Boolean),
    )
    .render_derived(name="given", with_types=True)
)
# The name of a customer that is gone is free.
_FREE = Statement(
    delete(ExternalIdentity).where(
        ExternalIdentity.system == _given.c.system,
        ExternalIdentity.external_id == _given.c.external_id,
        Identity.original_id == ExternalIdentity.customer_id,
        Identity.deleted,
    ),
    unguarded="frees what leads nowhere",
)
_named = (
    insert(ExternalIdentity)
    .from_select(
        ["system", "external_id", "customer_id"],
        select(_given.c.system, _given.c.external_id, _given.c.customer_id).where(
            _given.c.system.is_not(None)
        ),
    )
    .on_conflict_do_nothing()
    .returning(ExternalIdentity.customer_id)
    .cte("named")
)
# An id whose name another writer has just taken is not kept: that writer's id is the one.
_STORE = Statement(
    insert(Identity)
    .from_select(
        ["original_id", "current_id", "owner", "department", "provisional"],
        select(
            _given.c.customer_id,
            _given.c.current_id,
            _given.c.owner,
            _given.c.department,
            _given.c.provisional,
        )
        .where(or_(_given.c.system.is_(None), _given.c.customer_id.in_(select(_named.c.customer_id))))
        .ext(distinct_on(_given.c.customer_id))
        .order_by(_given.c.customer_id),
    )
    .on_conflict_do_nothing()
)


async def recognise(
    on: Runner, customers: Customers, keys: Collection[Key], *, closely: bool = False
) -> People:
    """Find who the keys mean; what is missing here is asked of the customer service, all in one question.

    A name that nobody knows is a stranger's. So is an id while the customer service cannot be asked; an id
    that the customer service does not know is nobody's. `closely`: it matters who owns them. Who is deleted
    here is asked for as well: it may have been merged, and the feed is just about to tell into whom.
    """
    known = await find(on, keys)
    missing = [key for key in keys if key not in known or known[key].deleted]
    if not missing:
        return People(known, unasked=customers.quiet)
    told = await customers.who(missing, closely=closely)
    unknown = [key for key in missing if key not in known]
    strangers = {key for key in unknown if told is None or (key not in told and not isinstance(key, UUID))}
    return People(known, told or {}, strangers, unasked=told is None)


async def settle(tx: Transaction, people: People) -> dict[Key, Known]:
    """Return who the keys mean, after keeping what was told and giving each stranger an id."""
    fresh = [_row(people, key) for key in sorted({*people.told, *people.strangers}, key=str)]  # in turn
    if not fresh:
        return people.known
    await _FREE.value(tx.connection, rows=fresh)
    await _STORE.value(tx.connection, rows=fresh)
    found = await find(tx.connection, [*people.told, *people.strangers])
    late = {key: who for key, who in people.told.items() if key in found and found[key].deleted}
    return {**people.known, **found, **late}


def _row(people: People, key: Key) -> dict[str, object]:
    system, name = (None, None) if isinstance(key, UUID) else key
    told = people.told.get(key)
    if told is None:
        made = key if isinstance(key, UUID) else uuid7()
        kept = {"customer_id": made, "current_id": made, "provisional": True}
        return {"system": system, "external_id": name, **kept}
    whose = {"customer_id": told.original_id, "owner": told.owner, "department": told.department}
    now = {"current_id": told.current_id, "provisional": False}
    return {"system": system, "external_id": name, **now, **whose}
