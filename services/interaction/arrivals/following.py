"""Following interaction's own feed: tables that are kept from facts hear under which ids something came.

They are not kept by the writes themselves: a write stays one statement that waits for no busy customer's row.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Integer, Uuid, any_, bindparam, cast, select

from feed.cursors import Move, Standing
from feed.reader import Place, Reader, Wanted, kind_of
from services.interaction.base import FEED
from services.interaction.identities.models import Identity
from services.interaction.timeline.kinds import TOLD
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database, Transaction
from shared.errors import Gone
from shared.statements import Runner, Statement
from web.once import Again

GONE = "gone"  # whatever kind it was of
MOVED = frozenset(("call", GONE))
PAGE = 1000  # entries, or ids of a sweep, in one transaction
_STANDING, _TYPES = Standing(FEED, FEED.schema), tuple(TOLD)
KEEPING = "keeps tables from facts, for everybody"
# Gets ids under which facts came, in order: some may have nothing new, and a page may come twice.
Keep = Callable[[Transaction, Sequence[UUID]], Awaitable[None]]

_SUBJECTS = bindparam("subjects", type_=ARRAY(Uuid))


def _whose(model: Any) -> Statement:  # noqa: ANN401 - a model
    ids = select(model.customer_id).where(model.id == any_(_SUBJECTS)).distinct()
    return Statement(ids, unguarded=KEEPING)


_WHOSE = {name: _whose(told.kind.model) for name, told in TOLD.items()}
# Under which ids facts were before they were said to be somebody else's, as calls can be, or deleted.
_BEFORE = Statement(
    select(cast(FEED.history.c.diff["customer_id"]["from"].astext, Uuid))
    .where(FEED.history.c.subject == any_(_SUBJECTS), FEED.history.c.diff.has_key("customer_id"))
    .distinct()
)
_IDS = Statement(
    select(Identity.original_id)
    .where(Identity.original_id > bindparam("last", type_=Uuid))
    .order_by(Identity.original_id)
    .limit(bindparam("limit", type_=Integer)),
    unguarded=KEEPING,
)


class Arrivals:
    """Keeps tables in step with the facts; any number of workers may run it.

    It begins with a sweep over all ids that are known, and so it does again after `sweep_anew`.
    """

    def __init__(self, database: Database, keepers: Sequence[Keep]) -> None:
        self._database, self._keepers, self._reader = database, keepers, Reader(FEED, {})
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
            return await self._sweep(seen)
        wanted = Wanted(_place(seen["cursor"]), PAGE, _TYPES, thin=True)
        try:
            items, end = await self._reader.page(self._database, self._principal, wanted)
        except Gone:
            return await _STANDING.restart(pool, seen)
        if _written(end) == seen["cursor"]:
            return False
        subjects = defaultdict[str, list[UUID]](list)
        for item in items:
            deleted = item["type"].endswith(".deleted")
            subjects[GONE if deleted else kind_of(item["type"])].append(UUID(item["subject"]))
        return await self._save(seen, await _ids(pool, subjects), Move(_written(end)))

    async def _sweep(self, seen: Record) -> bool:
        cursor = seen["cursor"] or _written(await self._reader.head(self._database.pool))
        last = UUID(seen["page"]) if seen["page"] else UUID(int=0)
        rows = await _IDS.all(self._database.pool, last=last, limit=PAGE)
        ids = [_plain(row["original_id"]) for row in rows]
        page = str(ids[-1]) if len(ids) == PAGE else None
        return await self._save(seen, ids, Move(cursor, page, page is None))

    async def _save(self, seen: Record, ids: Sequence[UUID], move: Move) -> bool:
        async with self._database.begin(self._principal, at=utc_now()) as tx:
            if not await _STANDING.claim(tx.connection, seen):
                return False
            for keep in self._keepers if ids else ():
                await keep(tx, ids)
            await _STANDING.save(tx.connection, move, [])
        return True


async def sweep_anew(tx: Transaction) -> None:
    """Let all be kept anew: something has changed on which every row depends."""
    if not await _STANDING.restart(tx.connection, await _STANDING.read(tx.connection)):
        raise Again  # the worker has just moved on


async def _ids(on: Runner, subjects: dict[str, list[UUID]]) -> list[UUID]:
    found = set[UUID]()
    for kind, some in subjects.items():
        if kind != GONE:
            found.update(_plain(row["customer_id"]) for row in await _WHOSE[kind].all(on, subjects=some))
        if kind in MOVED:
            found.update(_plain(row[0]) for row in await _BEFORE.all(on, subjects=some))
    return sorted(found)


def _plain(id_: UUID) -> UUID:
    return UUID(int=id_.int)  # asyncpg's own kind of UUID does not compare with others


def _place(cursor: str) -> Place:
    epoch, position = cursor.split(":")
    return Place(UUID(epoch), int(position))


def _written(place: Place) -> str:
    return f"{place.epoch}:{place.position}"
