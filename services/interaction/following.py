"""What the worker does with the feeds it follows: each slice keeps its own, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from feed.consumer import Received
from services.interaction.arrivals.following import sweep_anew
from services.interaction.balance import keeping as balance
from services.interaction.costs import bearers
from services.interaction.costs.marks import mark_all
from services.interaction.employments import following as employments
from services.interaction.identities import following as identities
from services.interaction.inbox import keeping as inbox
from shared.database import Transaction

KINDS = (identities.KIND, employments.KIND)  # of customer's feed
KEEPERS = (inbox.keep, balance.keep)  # of what comes in our own


async def apply(tx: Transaction, received: Sequence[Received]) -> None:
    """Follow customers, and then what depends on who they are."""
    await employments.apply(tx, [each for each in received if each.kind == employments.KIND])
    customers = [each for each in received if each.kind == identities.KIND]
    merged = [UUID(id_) for each in customers for id_ in each.data.get("merged_ids", ())]
    ids = sorted({*(each.subject for each in customers), *merged})
    concerned = await balance.concerned(tx, ids)
    before = await bearers.standing(tx.connection, concerned)
    await identities.apply(tx, customers)
    await bearers.moved(tx.connection, before, await bearers.standing(tx.connection, concerned))
    await inbox.follow(tx, ids)
    await balance.refresh(tx, concerned)


async def sweep(tx: Transaction, generation: int) -> None:
    """End a bootstrap: hide what only earlier generations told of."""
    await identities.sweep(tx, generation)
    await employments.sweep(tx, generation)
    await sweep_anew(tx)
    await mark_all(tx.connection)
