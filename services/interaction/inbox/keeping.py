"""Keeping the inbox in step: with what comes, with identities that appear, and with merges of sharers."""

from collections.abc import Sequence
from uuid import UUID

from services.interaction.identities.matching import match, note, part
from services.interaction.inbox.models import AttachedBy, StrangerState
from services.interaction.inbox.statements import BELONGS, CAME, DECIDE, DISMISSED, SHARED, TOLD_BY_IDENTITY
from shared.database import Transaction

OPENED = {"state": {"from": StrangerState.DISMISSED, "to": StrangerState.OPEN}}


async def keep(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Take in strangers from whom something came; what was dismissed is opened by what is new."""
    dismissed = {row["id"] for row in await DISMISSED.all(tx.connection, ids=ids)}
    came = [row["id"] for row in await CAME.all(tx.connection, ids=ids)]
    if opened := [id_ for id_ in came if id_ in dismissed]:
        await note(tx, dict.fromkeys(opened, OPENED))
        await unite(tx, opened)


async def follow(tx: Transaction, customers: Sequence[UUID]) -> None:
    """Follow what was just told of customers, and of those merged into them."""
    await TOLD_BY_IDENTITY.value(tx.connection, ids=customers)
    await unite(tx, customers)


async def unite(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Attach strangers whose sharers have all become one customer, and take that back when they part.

    A sharer who was deleted is nobody else's: what came may have been from that one, so somebody is asked.
    """
    for row in await SHARED.all(tx.connection, ids=ids):
        whole = row["known"] and len(row["meant"]) == 1 and not row["gone"]
        if row["state"] == StrangerState.OPEN and whole:
            await match(tx, [row["id"]], row["meant"][0], row["meant"][0])
            await _decide(tx, row["id"], StrangerState.ATTACHED, AttachedBy.MERGE)
        elif row["state"] == StrangerState.ATTACHED and len(row["meant"]) > 1:
            await part(tx, [row["id"]])
            await _decide(tx, row["id"], StrangerState.OPEN, None)


async def belong(tx: Transaction, id_: UUID, customer: UUID) -> None:
    """Attach a stranger who is still open to the customer whose number or address it had when it came."""
    for row in await BELONGS.all(tx.connection, id=id_, customer=customer):
        await match(tx, [id_], customer, row["current_id"])
        await _decide(tx, id_, StrangerState.ATTACHED, AttachedBy.NUMBER)


async def _decide(tx: Transaction, id_: UUID, state: StrangerState, by: AttachedBy | None) -> None:
    await DECIDE.value(tx.connection, ids=[id_], to_state=state, to_attached_by=by, to_reason=None)
