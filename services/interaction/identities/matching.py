"""Saying by hand who a stranger is, and taking it back: rows of the projection, never of the facts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, null, select, update

from feed.write import Change, tell
from services.interaction.base import FEED
from services.interaction.identities.models import Identity
from services.interaction.identities.projection import FOLLOW, PROJECTING, SPREAD
from shared.database import Transaction
from shared.statements import Statement

TOLD = "identity.updated"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_CUSTOMER = bindparam("to_customer", type_=Uuid)
_MATCH = Statement(
    update(Identity)
    .where(Identity.original_id == any_(_IDS), Identity.provisional, Identity.customer_id.is_(None))
    .values(customer_id=_CUSTOMER)
)
_HELD = Statement(
    select(Identity.original_id, Identity.current_id)
    .where(Identity.original_id == any_(_IDS), Identity.provisional, Identity.customer_id.is_not(None))
    .order_by(Identity.original_id)
    .with_for_update(),
    unguarded=PROJECTING,
)
_PART = Statement(
    update(Identity)
    .where(Identity.original_id == any_(_IDS))
    .values(
        customer_id=null(),
        current_id=Identity.original_id,
        owner=null(),
        department=null(),
        customer_class=null(),
        deleted=False,
        version=Identity.version + 1,
    )
    .returning(Identity.original_id, Identity.version),
    unguarded=PROJECTING,
)
_NOTE = Statement(
    update(Identity)
    .where(Identity.original_id == any_(_IDS))
    .values(version=Identity.version + 1)
    .returning(Identity.original_id, Identity.version),
    unguarded=PROJECTING,
)


async def match(tx: Transaction, ids: Sequence[UUID], customer: UUID, current: UUID) -> None:
    """Let unmatched strangers be a customer, who is `current` now; their whole history is that one's."""
    await _MATCH.value(tx.connection, ids=ids, to_customer=customer)
    rows = await FOLLOW.all(tx.connection, ids=[customer])
    moved = {row["original_id"]: {"from": row["was"], "to": row["current_id"]} for row in rows}
    changes = [
        Change(row["original_id"], row["version"], {"current_id": moved[row["original_id"]]}) for row in rows
    ]
    await tell(tx, FEED, TOLD, changes)
    await SPREAD.value(tx.connection, ids=[current])


async def part(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Let strangers be unknown again."""
    was = {row["original_id"]: row["current_id"] for row in await _HELD.all(tx.connection, ids=ids)}
    rows = await _PART.all(tx.connection, ids=sorted(was))
    moved = {id_: {"current_id": {"from": current, "to": id_}} for id_, current in was.items()}
    await tell(tx, FEED, TOLD, [Change(row[0], row["version"], moved[row[0]]) for row in rows])


async def note(tx: Transaction, diffs: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Keep in the history of strangers what people decided about them."""
    rows = await _NOTE.all(tx.connection, ids=sorted(diffs))
    await tell(tx, FEED, TOLD, [Change(row[0], row["version"], diffs[row[0]]) for row in rows])
