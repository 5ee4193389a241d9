"""What a caller holds at this moment, read under lock: no cached right outlives its end by a write."""

from uuid import UUID

from gateway.access import queries
from gateway.access.keys import Caller
from gateway.access.rights import SCOPE, principal_of
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import Forbidden, Unauthenticated


async def holding(tx: Transaction, caller: Caller, *clients: UUID) -> Principal:
    """Lock the caller's client and those that it will change; return what the caller holds now.

    For seconds a gateway goes on believing a key that was revoked or narrowed elsewhere. In that time it may
    read, but it must not make itself a successor, nor take back what it lost: Unauthenticated, Forbidden.
    """
    credential = caller.credential
    await queries.LOCK.all(tx.connection, ids=sorted({credential.client_id, *clients}))
    row = await queries.BY_KEY.one(tx.connection, key_id=credential.key_id)
    if row is None:
        raise Unauthenticated("The key has ended.")
    by = principal_of(row)
    if not by.may(SCOPE):
        raise Forbidden(f"This needs the scope {SCOPE}.")
    return by
