"""Keeping rhythms in step: each row is made anew from what it depends on, whoever says that this changed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.interaction.balance.statements import BEGIN, CONCERNED, END, FILL, LOCK, MEANT
from shared.database import Transaction


async def keep(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Make the rhythms of those anew under whose ids something came."""
    await refresh(tx, [row["current_id"] for row in await MEANT.all(tx.connection, ids=ids)])


async def concerned(tx: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    """Return whose rhythms may change with customers who are about to be followed."""
    rows = await CONCERNED.all(tx.connection, ids=ids)
    return {*ids, *(row["current_id"] for row in rows), *(row["original_id"] for row in rows)}


async def refresh(tx: Transaction, customers: Iterable[UUID]) -> None:
    """Make rhythms anew. They are locked first, so that who comes last has seen what all others wrote."""
    ids = sorted(customers, key=lambda id_: id_.int)
    if ids:
        await BEGIN.value(tx.connection, ids=ids)
        await LOCK.all(tx.connection, ids=ids)
        await FILL.value(tx.connection, ids=ids)
        await END.value(tx.connection, ids=ids)
