"""Serving readers page after page: cursors bound to their rights, and waiting for what comes next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from feed.reader import Expired, Item, Place, Reader, Wanted, kind_of
from feed.wake import Wake
from shared.auth import Principal, Visibility
from shared.database import Database
from shared.errors import Invalid
from web.app import Core
from web.server import CLOSING

ROUNDS = 100  # pages scanned for one answer when a filter leaves them empty


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a snapshot is asked for."""

    kinds: Sequence[str]
    after: str | None
    limit: int
    ids: Sequence[UUID] | None
    brief: bool


class Desk:
    """What the routes share: cursors that are bound to the reader's rights, waiting, naming kinds."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._feed = reader, reader.feed
        self._wakes: WeakKeyDictionary[Database, Wake] = (
            WeakKeyDictionary()
        )  # one for each running application

    def named(self, text: str | None, parameter: str) -> list[str]:
        """Return the names in a comma-separated parameter; Invalid for what this feed does not tell of."""
        names = parted(text)
        if unknown := [name for name in names if kind_of(name) not in self._reader.kinds]:
            known = f"{len(unknown)} unknown; this feed tells of {', '.join(self._reader.kinds)}."
            raise Invalid(known, errors=[{"parameter": parameter, "code": "unknown", "detail": known}])
        return names

    def cursor(self, held: Core, principal: Principal, place: Place, *keys: object, scope: str = "") -> str:
        """Return the signed form of a place."""
        told = (place.epoch, place.position, _rights(principal), *keys)
        return held.cursors.encode(told, self._feed.source + scope)

    def read(self, held: Core, principal: Principal, cursor: str, scope: str = "") -> tuple[Place, list[Any]]:
        """Return the place and the further keys; Invalid if forged, Expired if rights have changed."""
        keys = held.cursors.decode(cursor, self._feed.source + scope, parameter="after")
        epoch, position, rights, *more = keys
        if rights != _rights(principal):
            raise Expired("Your rights have changed since this cursor was given out.")
        return Place(epoch, position), more

    def place(self, held: Core, principal: Principal, cursor: str | None) -> Place | None:
        """Return where to read on."""
        return None if cursor is None else self.read(held, principal, cursor)[0]

    async def poll(
        self, held: Core, principal: Principal, wanted: Wanted, seconds: float
    ) -> tuple[list[Item], Place]:
        """Return the first page that has changes, or an empty one at the end of the feed after `seconds`."""
        now = asyncio.get_running_loop().time
        until, wake = now() + seconds, self._wake(held)
        for _ in range(ROUNDS):
            ticket = await wake.ticket() if seconds else asyncio.Event()
            items, end = await self._reader.page(held.database, principal, wanted)
            left, done = until - now(), end.position >= end.head
            if items or (done and (left <= 0 or CLOSING.is_set())):
                break
            if done:
                await wake.wait(ticket, left)
            wanted = replace(wanted, after=end)
        return items, end

    async def snapshot(self, held: Core, principal: Principal, part: Part) -> dict[str, object]:
        """Return one page; the feed's end, taken before the first row, goes along in the cursors."""
        pool, scope = held.database.pool, f"/snapshot?{','.join(part.kinds)}"
        place, at, last = await self._reader.head(pool), part.kinds[0], None
        if part.after is not None:
            begun, (at, last) = self.read(held, principal, part.after, scope)
            if begun.epoch != place.epoch:
                raise Expired("The feed was restored since this snapshot began.")
            place = begun
        if part.ids is not None:
            items = await self._reader.named(pool, principal, at, part.ids, brief=part.brief)
            following = None
        else:
            rows = await self._reader.rows(pool, principal, at, last, brief=part.brief)
            items = rows[: part.limit]
            rest = part.kinds[part.kinds.index(at) + 1 :]
            full = len(items) == part.limit
            following = (at, UUID(items[-1]["subject"])) if full else (rest[0], None) if rest else None
        return {
            "items": items,
            "next": following and self.cursor(held, principal, place, *following, scope=scope),
            "cursor": self.cursor(held, principal, place),
        }

    def _wake(self, held: Core) -> Wake:
        wake = self._wakes.get(held.database)
        if wake is None:
            wake = self._wakes[held.database] = Wake(held.settings.database_url, self._feed.channel)
            held.database.at_close.append(wake.close)
        return wake


def parted(text: str | None) -> list[str]:
    """Return the words of a comma-separated parameter."""
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _rights(principal: Principal) -> str:
    masked = "" if principal.personal else ", masked"
    match principal.visibility:
        case Visibility.ALL:
            return f"all{masked}"
        case Visibility.DEPARTMENT:
            return f"department {principal.department} {principal.id}{masked}"
        case Visibility.OWN:
            return f"own {principal.id}{masked}"
