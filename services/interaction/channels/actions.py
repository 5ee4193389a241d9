"""Adding, changing, retiring and deleting channels."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import Record, UniqueViolationError

from services.interaction.channels.queries import CHANNELS, LOCKED, NAMED, OWN
from shared.database import Transaction
from shared.errors import Conflict, NotFound
from shared.statements import Runner
from web.etag import Condition
from web.once import Answer

PATH = "/v1/channels"
MOST = 1_000  # channels of a firm's own


class ChannelTaken(Conflict):
    """A channel has this code already."""

    code, title = "channel_taken", "The code belongs to another channel"


class ChannelInUse(Conflict):
    """A channel that contacts name, or that is built in, is not deleted."""

    code, title = "channel_in_use", "The channel is in use: retire it"


class ChannelBuiltIn(Conflict):
    """A built-in channel can be retired, and is otherwise what it is."""

    code, title = "channel_built_in", "The channel is built in: it can only be retired"


class TooManyChannels(Conflict):
    """There are as many channels of your own as there may be."""

    code, title = "too_many_channels", f"There are {MOST:,} channels of your own"


async def meant(on: Runner, code: str) -> UUID:
    """Return the id of the channel of a code."""
    id_: UUID | None = await NAMED.value(on, code=code)
    if id_ is None:
        raise NotFound
    return id_


async def create(tx: Transaction, given: Mapping[str, Any]) -> Answer:
    """Add a channel."""
    if await OWN.value(tx.connection) >= MOST:
        raise TooManyChannels
    try:
        made = await CHANNELS.create(tx, {**given, "built_in": False, "used": False}, PATH)
    except UniqueViolationError as error:
        raise ChannelTaken from error
    return replace(made, location=f"{PATH}/{given['code']}")


async def change(tx: Transaction, code: str, patch: Mapping[str, Any], seen: Condition) -> Answer:
    """Apply a merge patch."""
    channel = await _locked(tx, code)
    if channel["built_in"] and patch.keys() - {"retired_at"}:
        raise ChannelBuiltIn
    return await CHANNELS.change(tx, channel["id"], patch, seen)


async def remove(tx: Transaction, code: str, seen: Condition) -> Answer:
    """Delete a channel that nothing was ever recorded through; its code may be given again."""
    channel = await _locked(tx, code)
    if channel["used"]:
        raise ChannelInUse
    return await CHANNELS.remove(tx, channel["id"], seen)


async def _locked(tx: Transaction, code: str) -> Record:
    row = await LOCKED.one(tx.connection, code=code)
    if row is None:
        raise NotFound
    return row
