"""Asking the customer service who strangers may be: for people who look at them, and once for the record."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.interaction.identities.asking import Customers
from services.interaction.inbox.keeping import belong, unite
from services.interaction.inbox.proposing import POINTS, Hit, had_before, having, proposed, records_that_had
from services.interaction.inbox.queries import CLUES, UNASKED
from services.interaction.inbox.statements import SHARE, THERE
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
    """Keep for new strangers who had their number or address when they came; of whom these are to be one.

    One customer who had it alone would have been found then, had there been somebody to ask.
    """
    for row in await UNASKED.all(database.pool, limit=AT_ONCE):
        had = await _who_had(database.pool, customers, row["id"])
        if had is None:
            return  # the customer service is away; it is asked again
        async with database.begin(_KEEPER, at=utc_now()) as tx:
            if len(await THERE.all(tx.connection, ids=had)) < len(had):
                continue  # the feed is about to tell of them
            await SHARE.value(tx.connection, id=row["id"], sharers=had)
            if len(had) == 1:
                await belong(tx, row["id"], had[0])
            await unite(tx, ids=[row["id"]])


async def _who_had(on: Runner, customers: Customers, stranger: UUID) -> list[UUID] | None:
    """Return the records that had the number or address of a stranger when it came, whoever they are now."""
    found = await _found(on, customers, stranger)
    if found is None:
        return None
    had = set[UUID]()
    for hit in having(found):
        if not hit["merged_ids"]:
            had.update([UUID(hit["id"])] if had_before(hit, stranger) else ())
        elif (past := await customers.past(hit["id"], POINTS)) is not None:
            had.update(records_that_had(hit, past, stranger))
        else:
            return None
    return sorted(had)


async def _found(on: Runner, customers: Customers, id_: UUID) -> list[Sequence[Hit]] | None:
    clues = [row["clue"] for row in await CLUES.all(on, id=id_)][:CLUES_EACH]
    answers = await asyncio.gather(*(customers.search(clue, FOUND) for clue in clues))
    return None if None in answers else [hits for hits in answers if hits is not None]
