"""Asking the customer service who strangers may be: for people who look at them, and once for the record."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.interaction.identities.asking import Customers
from services.interaction.identities.queries import find
from services.interaction.inbox.keeping import belong, unite
from services.interaction.inbox.proposing import Hit, had_alone, proposed, sharing
from services.interaction.inbox.queries import CLUES, UNASKED
from services.interaction.inbox.statements import SHARE
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database
from shared.statements import Runner

AT_ONCE = 20  # strangers
CLUES_EACH, FOUND = 5, 50  # names that are asked for, and customers for each
_KEEPER = Principal.of_service("interaction", "feed:read")


async def proposals(
    on: Runner, customers: Customers, principal: Principal, id_: UUID
) -> list[dict[str, Any]] | None:
    """Return who a stranger may be; None if it could not be asked."""
    found = await _found(on, customers, id_)
    return None if found is None else proposed(found, personal=principal.personal)


async def look(database: Database, customers: Customers) -> None:
    """Keep for new strangers who has their number or address now; of whom these are to be one later.

    One customer who had it already would have been found when it came, had there been somebody to ask.
    """
    for row in await UNASKED.all(database.pool, limit=AT_ONCE):
        found = await _found(database.pool, customers, row["id"])
        if found is None:
            return  # the customer service is away; it is asked again
        alone = had_alone(found, row["id"])
        if alone is not None and not await find(database.pool, [alone]):
            continue  # the feed is about to tell of this customer
        async with database.begin(_KEEPER, at=utc_now()) as tx:
            if alone is not None:
                await belong(tx, row["id"], alone)
            await SHARE.value(tx.connection, id=row["id"], sharers=sharing(found))
            await unite(tx, ids=[row["id"]])


async def _found(on: Runner, customers: Customers, id_: UUID) -> list[Sequence[Hit]] | None:
    clues = [row["clue"] for row in await CLUES.all(on, id=id_)][:CLUES_EACH]
    answers = await asyncio.gather(*(customers.search(clue, FOUND) for clue in clues))
    return None if None in answers else [hits for hits in answers if hits is not None]
