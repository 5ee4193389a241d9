"""The channels as a process knows them, read again when they are a second old; admitting contacts by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Text, bindparam, func, select, update

from services.interaction.interactions.models import Channel
from services.interaction.records.drafts import Draft
from shared.database import Database
from shared.errors import FieldError, Invalid
from shared.statements import Statement

FRESH_S = 1.0
_READ = Statement(
    select(Channel.code, Channel.group, Channel.formal, Channel.retired_at, Channel.used)
    .where(Channel.deleted_at.is_(None))
    .order_by(Channel.id)
)
_USE = Statement(
    update(Channel)
    .where(Channel.code == func.any(bindparam("codes", type_=ARRAY(Text))), Channel.deleted_at.is_(None))
    .values(used=True)
    .returning(Channel.code)
)


class UnknownChannel(Invalid):
    """No such channel, or one that had been retired when the contact took place."""

    code, title = "unknown_channel", "There is no such channel"
    says = "No such channel, or one that had been retired by then: GET /v1/channels lists them."


_WRONG: FieldError = {"pointer": "/channel", "code": UnknownChannel.code, "detail": UnknownChannel.says}


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel; `formal` counts where a contact states no purpose."""

    code: str
    group: str
    formal: bool
    retired_at: datetime | None
    used: bool

    def admits(self, at: datetime | None) -> bool:
        """Whether a contact may have taken place through it; what is late may name what is retired since."""
        return self.retired_at is None or at is None or at < self.retired_at


Channels = Mapping[str, KnownChannel]
_held: WeakKeyDictionary[Database, tuple[float, Channels]] = WeakKeyDictionary()


async def channels(database: Database) -> Channels:
    """Return the channels by their codes, as they were at most a second ago."""
    at, known = _held.get(database, (0.0, None))
    if known is None or monotonic() - at > FRESH_S:
        at, rows = monotonic(), await _READ.all(database.pool)
        known = {row["code"]: KnownChannel(**row) for row in rows}
        _held[database] = (at, known)
    return known


def forget(database: Database) -> None:
    """Let the next asker read them anew."""
    _held.pop(database, None)


async def admit(database: Database, drafts: Sequence[Draft]) -> None:
    """Reject drafts of contacts through channels that do not admit them; mark the others as used."""
    drafts = [draft for draft in drafts if draft.problem is None and "channel" in draft.values]
    named = {draft.values["channel"] for draft in drafts}
    known = await channels(database)
    if not all(code in known and known[code].used for code in named):
        known = await _marked(database, named)
    for draft in drafts:
        channel = known.get(draft.values["channel"])
        if channel is None or not channel.admits(draft.values.get("occurred_at")):
            error: FieldError = {
                "pointer": "/channel",
                "code": UnknownChannel.code,
                "detail": UnknownChannel.says,
            }
            draft.problem = UnknownChannel(errors=[error])


async def _marked(database: Database, codes: set[str]) -> Channels:
    """Mark channels as used, so that they are not deleted any more; return those that are there."""
    await _USE.all(database.pool, codes=sorted(codes))
    forget(database)
    return await channels(database)
