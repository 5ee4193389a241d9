"""Following another service's feed into tables of one's own: exactly once, whatever dies on the way."""

import asyncio
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from asyncpg import Record
from prometheus_client import Gauge

from feed.cursors import Move, Standing
from feed.reader import Item, kind_of
from feed.tables import Feed
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database, Transaction
from shared.errors import Gone, Late, Unavailable
from web.clients import ServiceClient

PAGE, WAIT_S = 1000, 4  # changes a page; seconds of a long poll, below a client's usual timeout
LAG = Gauge("guanxi_feed_lag_seconds", "Age of the last change applied while more are waiting", ["source"])
PARKED = Gauge("guanxi_feed_parked", "Records whose newest state could not be applied", ["source"])
_PASSING = (OSError, TimeoutError, Unavailable, Late, asyncpg.InterfaceError)
_PASSING_STATES = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, operator
_BRIEF = {"brief": "true"}
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Received:
    """The newest state of a record as its service tells it; `gone`: deleted, or no longer ours to see.

    A record comes once in a page. Write it where (generation, version) is above what is held, compared in
    this order: after a restore of its service a record comes with a lower version, in a later generation.
    """

    kind: str
    subject: UUID
    version: int
    gone: bool
    data: dict[str, Any]  # empty when gone
    generation: int


Apply = Callable[[Transaction, Sequence[Received]], Awaitable[None]]
Sweep = Callable[[Transaction, int], Awaitable[None]]


class Follower:
    """Keeps tables in step with the feed of `source`; any number of workers may run it.

    `apply` writes a page in the transaction that also saves the cursor; a page may come twice (see Received).
    `sweep(tx, generation)` ends a bootstrap: it drops what only earlier generations wrote.
    `types` are kinds ("order") or types ("order.created"); none means all.
    """

    def __init__(
        self,
        feed: Feed,
        source: str,
        client: ServiceClient,
        database: Database,
        apply: Apply,
        *,
        types: Sequence[str] = (),
        sweep: Sweep | None = None,
    ) -> None:
        self._source, self._client, self._database = source, client, database
        self._apply, self._sweep, self._standing = apply, sweep, Standing(feed, source)
        kinds = dict.fromkeys(kind_of(name) for name in types)
        self._types = {"types": ",".join(types)} if types else {}
        self._kinds = {"kind": ",".join(kinds)} if types else {}
        self._principal = Principal.of_service(feed.schema, "feed:read")
        self._looked = 0.0

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Follow until `stop` is set; what fails is tried again, ever later."""
        stop, failures = stop or asyncio.Event(), 0
        while not stop.is_set():
            try:
                failures = 0 if await self.step() else min(failures + 1, 5)
            except Exception as error:  # noqa: BLE001 - no error of a peer, of the database or of ours ends it
                failures = min(failures + 1, 8)
                _log.warning("feed follower tries again", source=self._source, error=_said(error))
            if failures:
                await asyncio.sleep(random.uniform(0.5, 1) * 0.04 * 2**failures)  # noqa: S311 - jitter

    async def step(self) -> bool:
        """Take one page; False when it could not be applied yet, or another worker was faster."""
        pool = self._database.pool
        if time.monotonic() - self._looked > 1:
            self._looked = time.monotonic()
            await self._retry()
        seen = await self._standing.read(pool)
        try:
            return await (self._tail(seen) if seen["tailing"] else self._bootstrap(seen))
        except Gone:
            _log.warning("feed is followed from a new snapshot", source=self._source)
            return await self._standing.restart(pool, seen)

    async def _tail(self, seen: Record) -> bool:
        asked = {"after": seen["cursor"], "limit": PAGE, "wait": WAIT_S, **self._types, **_BRIEF}
        page = await self._client.get("/v1/changes", asked, deadline=WAIT_S + 5)
        items: list[Item] = page["items"]
        here = next((at for at, item in enumerate(items) if not _arrived(item)), len(items))
        whole = here == len(items)
        if page["next"] == seen["cursor"]:
            return True
        # What is not there yet is asked for again, with what came before it: applying is idempotent.
        done = await self._save(seen, items[:here], Move(page["next"] if whole else seen["cursor"]))
        late = items and not page["up_to_date"]
        age = utc_now() - datetime.fromisoformat(items[-1]["time"]) if late else None
        LAG.labels(self._source).set(age.total_seconds() if age else 0)
        return done and whole

    async def _bootstrap(self, seen: Record) -> bool:
        after = {"after": seen["page"]} if seen["page"] else {}
        asked = {"limit": PAGE, **self._kinds, **after, **_BRIEF}
        page = await self._client.get("/v1/changes/snapshot", asked)
        return await self._save(seen, page["items"], Move(page["cursor"], page["next"], page["next"] is None))

    async def _retry(self) -> None:
        """Give parked records that are due their newest state; nobody else may move on meanwhile."""
        pool = self._database.pool
        PARKED.labels(self._source).set(await self._standing.parked(pool))
        seen = await self._standing.read(pool)
        due: dict[str, list[str]] = {}
        for row in await self._standing.due(pool):
            due.setdefault(row["kind"], []).append(str(row["subject"]))
        for kind, ids in due.items():
            asked = {"kind": kind, "ids": ids, **_BRIEF}
            answer = await self._client.get("/v1/changes/snapshot", asked)
            await self._save(seen, answer["items"], Move(seen["cursor"], seen["page"], seen["tailing"]))
            seen = await self._standing.read(pool)

    async def _save(self, seen: Record, items: Sequence[Item], move: Move) -> bool:
        """Apply a page and move on, both or neither; records that cannot be applied are parked alone."""
        received = _received(items, seen["generation"])
        try:
            return await self._commit(seen, received, move, self._all)
        except Exception as error:
            if _passes(error):
                raise
        return await self._commit(seen, received, move, self._each)

    async def _commit(self, seen: Record, received: Sequence[Received], move: Move, way: "Way") -> bool:
        async with self._database.begin(self._principal, at=utc_now()) as tx:
            if not await self._standing.claim(tx.connection, seen):
                return False
            applied = await way(tx, received)
            if move.tailing and not seen["tailing"] and self._sweep is not None:
                await self._sweep(tx, seen["generation"])
            await self._standing.save(tx.connection, move, applied)
        return True

    async def _all(self, tx: Transaction, received: Sequence[Received]) -> list[UUID]:
        if received:
            await self._apply(tx, received)
        return [each.subject for each in received]

    async def _each(self, tx: Transaction, received: Sequence[Received]) -> list[UUID]:
        applied = []
        for each in received:
            try:
                async with tx.connection.transaction():
                    await self._apply(tx, [each])
            except Exception as error:
                if _passes(error):
                    raise
                await self._standing.park(tx.connection, each.kind, each.subject, _said(error))
            else:
                applied.append(each.subject)
        return applied


Way = Callable[[Transaction, Sequence[Received]], Awaitable[list[UUID]]]


def _received(items: Sequence[Item], generation: int) -> list[Received]:
    """Return the last item of each record, in their order: all carry the same state."""
    last: dict[tuple[str, str], Item] = {}
    for item in items:
        key = (item.get("kind") or kind_of(item["type"]), item["subject"])
        last.pop(key, None)
        last[key] = item
    found = []
    for (kind, subject), item in last.items():
        version = item["data_version"] or item["version"]
        found.append(
            Received(kind, UUID(subject), version, item["data"] is None, item["data"] or {}, generation)
        )
    return found


def _arrived(item: Item) -> bool:
    return item["data"] is not None or item["deleted"] or item["removed"]


def _passes(error: Exception) -> bool:
    """Whether the fault lies outside of the record, so that the same page may succeed later."""
    state = getattr(error, "sqlstate", None) or ""
    return isinstance(error, _PASSING) or state.startswith(_PASSING_STATES)


def _said(error: BaseException) -> str:
    """Name an error without its text, which may quote a record."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    more = [getattr(error, name, None) for name in ("sqlstate", "constraint_name")]
    return " ".join([type(error).__name__, *filter(None, more), f"in {frame.name}:{frame.lineno}"])
