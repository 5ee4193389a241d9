"""What people decide about strangers: who they are, that nobody has to look, and taking either back."""

from uuid import UUID

from asyncpg import Record

from feed.history import History
from services.interaction.base import FEED
from services.interaction.identities.actions import settle
from services.interaction.identities.matching import match, note, part
from services.interaction.identities.people import Key, People
from services.interaction.inbox.keeping import unite
from services.interaction.inbox.models import AttachedBy, Stranger, StrangerState
from services.interaction.inbox.queries import ONE
from services.interaction.inbox.statements import DECIDE, LOCK, NOBODYS
from services.interaction.records.actions import UnknownCustomer
from shared.database import Transaction
from shared.errors import Conflict, NotFound
from shared.masking import columns_of
from web.etag import Condition
from web.once import Answer

HISTORY = History(FEED, columns_of(Stranger))


class AlreadyAttached(Conflict):
    """A stranger is somebody else already; detach it first."""

    code, title = "already_attached", "The stranger is known to be somebody else"


class NotAttached(Conflict):
    """What people, merges or numbers attached can be detached: not a stranger whose identity appeared."""

    code, title = "not_attached", "Nobody attached this stranger"


class NotOpen(Conflict):
    """Only an open stranger can be dismissed, and only a dismissed one opened again."""

    code, title = "not_open", "The stranger is not in this state"


async def attach(tx: Transaction, id_: UUID, seen: Condition, key: Key, people: People) -> Answer:
    """Let a stranger be a customer, with all that came and will come; to say so again changes nothing."""
    held = await _held(tx, id_, seen)
    who = (await settle(tx, people)).get(key)
    if who is None or who.deleted or not who.matched:
        raise UnknownCustomer
    if held["state"] == StrangerState.ATTACHED:
        if held["current_id"] != who.current_id:
            raise AlreadyAttached
        return await _shown(tx, id_)
    await match(tx, [id_], who.original_id, who.current_id)
    await _decide(tx, id_, StrangerState.ATTACHED, by=AttachedBy.HAND)
    return await _shown(tx, id_)


async def detach(tx: Transaction, id_: UUID, seen: Condition) -> Answer:
    """Let a stranger be unknown again."""
    held = await _held(tx, id_, seen)
    if held["attached_by"] in {None, AttachedBy.IDENTITY}:
        raise NotAttached
    if held["attached_by"] != AttachedBy.HAND:
        await NOBODYS.value(tx.connection, id=id_)
    await part(tx, [id_])
    await _decide(tx, id_, StrangerState.OPEN)
    return await _shown(tx, id_)


async def dismiss(tx: Transaction, id_: UUID, seen: Condition, reason: str) -> Answer:
    """Let nobody look at a stranger until something new comes."""
    return await _turn(tx, await _held(tx, id_, seen), StrangerState.DISMISSED, reason)


async def reopen(tx: Transaction, id_: UUID, seen: Condition) -> Answer:
    """Take that back."""
    return await _turn(tx, await _held(tx, id_, seen), StrangerState.OPEN, None)


async def _turn(tx: Transaction, held: Record, state: StrangerState, reason: str | None) -> Answer:
    if held["state"] == StrangerState.ATTACHED:
        raise NotOpen
    was = {"state": held["state"], "reason": held["reason"]}
    now = {"state": state.value, "reason": reason}
    diff = {name: {"from": was[name], "to": now[name]} for name in was if was[name] != now[name]}
    if diff:
        await note(tx, {held["id"]: diff})
        await _decide(tx, held["id"], state, reason=reason)
    if state == StrangerState.OPEN:
        await unite(tx, [held["id"]])
    return await _shown(tx, held["id"])


async def _held(tx: Transaction, id_: UUID, seen: Condition) -> Record:
    held = await LOCK.one(tx.connection, tx.principal, id=id_)
    if held is None:
        raise NotFound
    await HISTORY.check(tx.connection, id_, held["version"], seen=seen)
    return held


async def _decide(
    tx: Transaction,
    id_: UUID,
    state: StrangerState,
    *,
    by: AttachedBy | None = None,
    reason: str | None = None,
) -> None:
    await DECIDE.value(tx.connection, ids=[id_], to_state=state, to_attached_by=by, to_reason=reason)


async def _shown(tx: Transaction, id_: UUID) -> Answer:
    row = await ONE.one(tx.connection, tx.principal, id=id_)
    if row is None:
        raise NotFound
    return Answer(row["data"], version=row["version"], subjects=(id_,))
