"""Calls that ring, told at once to all who listen in this process: one reader of the database for all."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog
from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, any_, bindparam, func, literal, select

from feed.wake import RECHECK_S, Wake
from services.interaction.base import FEED
from services.interaction.calls.folding import CallState
from services.interaction.calls.kind import CALLS
from services.interaction.calls.models import Call, CallEvent
from services.interaction.calls.queries import RINGING
from services.interaction.records.actions import statements
from shared.auth import Principal, Visibility
from shared.statements import Statement
from web.app import Core
from web.server import CLOSING

CHANNEL = f"{FEED.schema}_rings"
LATE = timedelta(seconds=2)  # a ring may be committed after one that was received later
RECENT = timedelta(seconds=60)  # what rang before is nothing to pick up any more
STREAM_S, SILENT_S = (
    45.0,
    10.0,
)  # a stream ends while the token that it began with is good; silence between signs
HELD = 1_000  # rings that a listener may be behind
MOST = 2_000
DELIVERING = "who may see a ring is judged for each listener, by reading the call"
_rings = select(CallEvent.id, CallEvent.call_id, CallEvent.received_at)
_said = (CallEvent.said["agent"].astext.label("agent"), CallEvent.said["queue"].astext.label("queue"))
_begin = CallEvent.received_at > bindparam("since", type_=DateTime(timezone=True))
_SINCE = Statement(
    _rings.add_columns(*_said)
    .where(CallEvent.type == RINGING, _begin)
    .order_by(CallEvent.received_at, CallEvent.id)
    .limit(bindparam("most", MOST, type_=Integer)),
    clear=DELIVERING,
)
_OPEN = any_(literal([str(CallState.RINGING), str(CallState.QUEUED)], ARRAY(Text)))
# Those of calls that nobody has answered yet.
_WAITING = Statement(
    _rings.add_columns(*_said)
    .join(Call, Call.id == CallEvent.call_id)
    .where(CallEvent.type == RINGING, _begin, Call.state == _OPEN)
    .order_by(CallEvent.received_at, CallEvent.id),
    unguarded=DELIVERING,
    clear=DELIVERING,
)
_ANNOUNCE = Statement(select(func.pg_notify(literal(CHANNEL), literal(""))))
_NOW = Statement(select(func.clock_timestamp()))
_WHEN = Statement(select(CallEvent.received_at).where(CallEvent.id == bindparam("id", type_=Uuid)))
_log = structlog.get_logger()


@dataclass(slots=True)
class Ring:
    """One ringing, or waiting in a queue, of a call; `shown` keeps what was read of it, by rights."""

    id: UUID
    call_id: UUID
    received_at: datetime
    agent: str | None
    queue: str | None
    shown: dict[object, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a listener wants to hear of."""

    agent: str | None = None
    queue: str | None = None

    def holds(self, ring: Ring) -> bool:
        """Whether a ring is wanted."""
        return self.agent in {None, ring.agent} and self.queue in {None, ring.queue}


Ear = asyncio.Queue[Ring]


class Rings:
    """The rings of all processes, as this one hears of them."""

    def __init__(self, held: Core) -> None:
        self._database, self._wake = held.database, Wake(held.settings.database_url, CHANNEL)
        self._ears: set[Ear] = set()
        self._known: dict[UUID, datetime] = {}  # of the last seconds, and when they were received
        self._reading: asyncio.Task[None] | None = None

    async def announce(self, rings: Iterable[Ring]) -> None:
        """Tell who listens here at once, and wake all other processes.

        After the commit of the rings, not in its transaction.
        """
        self._tell(rings)
        await _ANNOUNCE.value(self._database.pool)

    async def stream(
        self, principal: Principal, wanted: Wanted, last: UUID | None, *, stay: bool
    ) -> AsyncIterator[bytes]:
        """Yield server-sent events: what rings, or rang after the `last`; then, to `stay`, what comes."""
        yield b"retry: 100\n\n"
        now = asyncio.get_running_loop().time
        until, spoken, told = now() + STREAM_S, now(), {last}
        with self._listening() as ear:
            for ring in await self._past(last):
                if event := await self._event(ring, principal, wanted, told):
                    yield event
            while stay and not (CLOSING.is_set() or now() > until or ear.full()):
                event = await self._event(await _next(ear), principal, wanted, told)
                if event is None and now() - spoken > SILENT_S:
                    event = b": nothing rings\n\n"
                if event is not None:
                    spoken = now()
                    yield event

    def close(self) -> None:
        """Stop listening."""
        self._wake.close()
        if self._reading is not None:
            self._reading.cancel()

    @contextmanager
    def _listening(self) -> Iterator[Ear]:
        ear = Ear(HELD)
        self._ears.add(ear)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def _read(self) -> None:
        """Hear of rings as long as anybody listens."""
        pool = self._database.pool
        since = await _NOW.value(pool)
        while self._ears:
            ticket = await self._wake.ticket()
            try:
                rows = await _SINCE.all(pool, since=since - LATE)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                _log.warning("rings cannot be read", error=type(problem).__name__)
                await asyncio.sleep(RECHECK_S)
                continue
            self._tell(Ring(**row) for row in rows)
            since = max([since, *(row["received_at"] for row in rows)])
            self._known = {id_: at for id_, at in self._known.items() if at > since - LATE}
            await self._wake.wait(ticket, RECHECK_S)

    def _tell(self, rings: Iterable[Ring]) -> None:
        """Tell those of the rings that are news to who listens now."""
        for ring in rings if self._ears else ():
            if ring.id in self._known:
                continue
            self._known[ring.id] = ring.received_at
            for ear in self._ears:
                with suppress(asyncio.QueueFull):  # its stream ends, and goes on from the last it sent
                    ear.put_nowait(ring)

    async def _past(self, last: UUID | None) -> list[Ring]:
        """Return what rang after the last that was heard, else what rings now."""
        pool = self._database.pool
        recent = await _NOW.value(pool) - RECENT
        heard = None if last is None else await _WHEN.value(pool, id=last)
        if heard is None:
            rows = await _WAITING.all(pool, since=recent)
        else:
            rows = await _SINCE.all(pool, since=max(recent, heard - LATE))
        return [Ring(**row) for row in rows]

    async def _event(
        self, ring: Ring | None, principal: Principal, wanted: Wanted, told: set[UUID | None]
    ) -> bytes | None:
        """Return a ring as an event, unless it was told, is not wanted or not to be seen."""
        if ring is None or ring.id in told or not wanted.holds(ring):
            return None
        told.add(ring.id)
        call = await self._shown(ring, principal)
        if call is None:
            return None
        return b'id: %b\nevent: ring\ndata: {"call":%b}\n\n' % (str(ring.id).encode(), call)

    async def _shown(self, ring: Ring, principal: Principal) -> bytes | None:
        """Return the JSON of the call, read once for all of the same rights; None for who does not see it."""
        alone = None if principal.visibility is Visibility.ALL else principal.id
        rights = (principal.rights, alone)
        if rights not in ring.shown:
            row = await statements(CALLS).one.one(self._database.pool, principal, id=ring.call_id)
            ring.shown[rights] = None if row is None else orjson.dumps(row["data"])
        shown: bytes | None = ring.shown[rights]
        return shown


async def _next(ear: Ear) -> Ring | None:
    try:
        async with asyncio.timeout(1.0):
            return await ear.get()
    except TimeoutError:
        return None
