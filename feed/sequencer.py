"""The sequencer: gives each committed header its position, in an order that never changes.

Any number of candidates may run; whoever holds the lock on the row of `feed_head` leads for one transaction.
"""

import asyncio
import random
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import asyncpg
import sqlalchemy as sa
import structlog

from feed.tables import Feed
from shared.settings import Settings
from shared.statements import Runner, Statement

BATCH, CHUNK = 5000, 10_000  # headers stamped, or pruned, in one transaction
BUSY_S, IDLE_S, SILENCE_S = 0.005, 0.025, 1.0
_BEGIN = (  # one round trip; the election is a statement of its own, so that the stamps' snapshot is younger
    "begin isolation level read committed; set local synchronous_commit = on; "
    "set local idle_in_transaction_session_timeout = '2s'; set local statement_timeout = '30s'"
)
# System, timeline, database, table: what a restored or promoted database does not share with the one before.
_PLACE = """
select concat_ws('/', system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
    (select oid from pg_database where datname = current_database()), cast($1::text as regclass)::oid)
from pg_control_system()"""
_log = structlog.get_logger()


class Alarm(Exception):  # noqa: N818 - what an operator must hear
    """The stamps did not match the selection: somebody else writes to the feed."""


class Statements(NamedTuple):
    """A feed's statements, compiled once."""

    probe: Statement
    elect: Statement
    pending: Statement
    stamp: Statement
    lead: Statement
    settle: Statement
    renew: Statement
    prune: Statement


async def run_sequencer(settings: Settings, feed: Feed, stop: asyncio.Event | None = None) -> None:
    """Stamp until `stop` is set, on a connection of its own; reconnects for ever."""
    stop = stop or asyncio.Event()
    failures = 0
    while not stop.is_set():
        try:
            connection = await asyncpg.connect(settings.database_url, command_timeout=40, timeout=10)
            try:
                await settle(connection, feed)
                failures = 0
                await _lead(connection, feed, stop)
            finally:
                connection.terminate()
        except Exception as problem:  # noqa: BLE001 - whatever befell this connection, the next may do
            log = _log.critical if isinstance(problem, Alarm) else _log.warning
            log("feed sequencer starts again", feed=feed.schema, error=type(problem).__name__)
            failures = min(failures + 1, 6)
            await _pause(stop, random.uniform(0.5, 1) * 0.05 * 2**failures)  # noqa: S311 - jitter


async def settle(connection: asyncpg.Connection, feed: Feed) -> None:
    """Compare the database with the one that the epoch began in; another one begins another epoch."""
    place = await connection.fetchval(_PLACE, f'"{feed.schema}"."{feed.feed.name}"')
    if epoch := await statements(feed).settle.value(connection, here=place):
        _log.warning("feed epoch begins", feed=feed.schema, epoch=str(epoch))


async def renew(connection: asyncpg.Connection, feed: Feed) -> None:
    """Begin a new epoch by hand: after a restore that no fingerprint tells, such as a copy of files."""
    await statements(feed).renew.value(connection)


async def stamp(connection: asyncpg.Connection, feed: Feed) -> int:
    """Stamp one batch of what is pending; return how many headers, 0 also when somebody else leads.

    Raises Alarm, having written nothing, when a header was stamped by somebody who does not lead.
    """
    await connection.execute(_BEGIN)
    try:
        head, count = await _stamped(connection, statements(feed))
    except BaseException:
        connection.terminate()  # rolls back
        raise
    await connection.execute("commit")
    if count:
        await connection.execute("select pg_notify($1, $2)", feed.channel, str(head))
    return count


async def prune(on: Runner, feed: Feed, upto: int) -> None:
    """Delete what lies at or below position `upto`, each chunk together with the rise of the floor."""
    while await statements(feed).prune.value(on, upto=upto) is not None:
        pass


async def _stamped(connection: asyncpg.Connection, of: Statements) -> tuple[int, int]:
    head = await of.elect.value(connection)
    pending = [] if head is None else await of.pending.all(connection)
    if not pending:
        return 0, 0
    throughs = list(accumulate((n for _, n in pending), initial=head))[1:]
    marked = await of.stamp.all(connection, seqs=[seq for seq, _ in pending], throughs=throughs)
    if len(marked) != len(pending):
        raise Alarm
    await of.lead.value(connection, now_at=throughs[-1])
    return throughs[-1], len(pending)


@cache
def statements(feed: Feed) -> Statements:
    """Return the statements of a feed."""
    table, head = feed.feed.c, sa.update(feed.head)
    waiting = table.through.is_(None)
    columns = (sa.column("seq", sa.BigInteger), sa.column("through", sa.BigInteger))
    arrays = (sa.bindparam(name, type_=sa.ARRAY(sa.BigInteger)) for name in ("seqs", "throughs"))
    given = sa.func.unnest(*arrays).table_valued(*columns).render_derived().c
    here = sa.bindparam("here", type_=sa.Text)
    epoch = sa.case((feed.head.c.place == "", feed.head.c.epoch), else_=sa.func.gen_random_uuid())
    return Statements(
        # Ordered like the partial index, which no statistics can then make the planner pass by.
        probe=Statement(sa.select(_number(1)).where(waiting).order_by(table.seq).limit(_number(1))),
        elect=Statement(sa.select(feed.head.c.position).with_for_update(skip_locked=True)),
        pending=Statement(
            sa.select(table.seq, table.n).where(waiting).order_by(table.seq).limit(_number(BATCH))
        ),
        stamp=Statement(
            sa.update(feed.feed)
            .values(through=given.through)
            .where(table.seq == given.seq, waiting)
            .returning(table.seq)
        ),
        lead=Statement(head.values(position=sa.bindparam("now_at", type_=sa.BigInteger))),
        settle=Statement(
            head.values(place=here, epoch=epoch).where(feed.head.c.place != here).returning(feed.head.c.epoch)
        ),
        renew=Statement(head.values(epoch=sa.func.gen_random_uuid())),
        prune=Statement(_pruned(feed)),
    )


def _pruned(feed: Feed) -> sa.Update:
    through = feed.feed.c.through
    lowest = sa.select(through).where(through <= sa.bindparam("upto", type_=sa.BigInteger))
    chunk = lowest.order_by(through).limit(_number(CHUNK)).subquery()
    edge = sa.select(sa.func.max(chunk.c.through).label("through")).cte("edge")
    gone = sa.delete(feed.feed).where(through <= sa.select(edge.c.through).scalar_subquery()).cte("gone")
    raised = (
        sa.update(feed.floor).values(position=edge.c.through).where(feed.floor.c.position < edge.c.through)
    )
    return raised.returning(feed.floor.c.position).add_cte(gone)


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.Integer)


async def _lead(connection: asyncpg.Connection, feed: Feed, stop: asyncio.Event) -> None:
    probe, loop = statements(feed).probe, asyncio.get_running_loop()
    last = loop.time()
    while not stop.is_set():
        if await probe.value(connection) is not None:
            last = loop.time()
            if await stamp(connection, feed) == BATCH:
                continue
        await _pause(stop, BUSY_S if loop.time() - last < SILENCE_S else IDLE_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
