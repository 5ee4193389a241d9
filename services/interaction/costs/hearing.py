"""Hearing in interaction's own feed of what shared costs are weighed by."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    Uuid,
    any_,
    bindparam,
    func,
    select,
)

from feed.cursors import Move, Standing
from feed.reader import Place, Reader, Wanted, kind_of
from services.interaction.base import FEED
from services.interaction.costs.days import MET, ORDERED, days, days_under
from services.interaction.costs.marks import NEVER, Changed, mark, mark_all
from services.interaction.rates.models import Rate
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database
from shared.errors import Gone
from shared.statements import Runner, Statement

PAGE = 1000
ORDER, CONTACT, RATE, COST, IDENTITY = "order", "interaction", "exchange_rate", "shared_cost", "identity"
KINDS = (ORDER, CONTACT, RATE, COST, IDENTITY)
_STANDING = Standing(FEED, "interaction: costs")
_SUBJECTS = bindparam("subjects", type_=ARRAY(Uuid))
Subjects = Mapping[str, Collection[UUID]]


class Hearing:
    """Marks the shared costs that what came may share otherwise; any number of workers may run it.

    Where it cannot say what was changed, it marks them all: when it begins, and after a restore.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._reader = database, Reader(FEED, {})
        self._principal = Principal.of_service(FEED.schema, "feed:read")

    async def catch_up(self) -> None:
        """Take what there is."""
        while await self.step():
            pass

    async def step(self) -> bool:
        """Take one page; False when there was none, or another worker was faster."""
        pool = self._database.pool
        seen = await _STANDING.read(pool)
        if not seen["tailing"]:
            return await self._save(seen, await self._reader.head(pool), None)
        wanted = Wanted(_place(seen["cursor"]), PAGE, KINDS, thin=True)
        try:
            items, end = await self._reader.page(self._database, self._principal, wanted)
        except Gone:
            return await _STANDING.restart(pool, seen)
        if _written(end) == seen["cursor"]:
            return False
        subjects, gone = defaultdict[str, set[UUID]](set), set[str]()
        for item in items:
            kind = kind_of(item["type"])
            subjects[kind].add(UUID(item["subject"]))
            gone |= {kind} if item["type"].endswith(".deleted") else set()
        return await self._save(seen, end, await _changed(pool, subjects, gone) if items else Changed())

    async def _save(self, seen: Record, end: Place, changed: Changed | None) -> bool:
        async with self._database.begin(self._principal, at=utc_now()) as tx:
            if not await _STANDING.claim(tx.connection, seen):
                return False
            await (mark_all(tx.connection) if changed is None else mark(tx.connection, changed))
            await _STANDING.save(tx.connection, Move(_written(end)), [])
        return True


async def _changed(on: Runner, subjects: Subjects, gone: set[str]) -> Changed:
    """Return what has changed with these records: now, and before as their history tells."""
    rated = await _RATED.value(on, subjects=list(subjects[RATE])) if RATE in subjects else None
    said = subjects.get(IDENTITY, ())
    ordered, met = await days_under(on, said)
    return Changed(
        costs=subjects.get(COST, ()),
        order_days=ordered | await days(on, ORDERED, subjects.get(ORDER, ())),
        contact_days=met | await days(on, MET, subjects.get(CONTACT, ())),
        orders_from=date.min if gone & {ORDER, RATE} else rated or NEVER,
        contacts_from=date.min if CONTACT in gone else NEVER,
        somebody=bool(said),
    )


def _place(cursor: str) -> Place:
    epoch, position = cursor.split(":")
    return Place(UUID(epoch), int(position))


def _written(place: Place) -> str:
    return f"{place.epoch}:{place.position}"


_RATED = Statement(select(func.min(Rate.day)).where(Rate.id == any_(_SUBJECTS)))
