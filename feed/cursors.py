"""Where a consumer stands in a feed that it follows, and the records that it could not take yet."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from asyncpg import Record
from sqlalchemy.dialects.postgresql import insert

from feed.tables import Feed
from shared.statements import Runner, Statement

TAKEN = 100  # parked records tried again at once
_SECOND: sa.ColumnElement[Any] = sa.literal_column("interval '1 second'")


class Move(NamedTuple):
    """Where the consumer goes on: in the changes after `cursor`, or first at `page` of the snapshot."""

    cursor: str | None
    page: str | None = None
    tailing: bool = True


class Standing:
    """The consumer's row for one source. Each save adds a step: who has seen an older one saves nothing."""

    def __init__(self, feed: Feed, source: str) -> None:
        self._given = {"its": source}
        self._statements = {**_cursor_statements(feed), **_parking_statements(feed)}

    async def read(self, on: Runner) -> Record:
        """Return the row (generation, cursor, page, tailing, step), made if there was none."""
        row: Record | None = await self._statements["read"].one(on, **self._given)
        if row is None:
            await self._run("begin", on)
            return await self.read(on)
        return row

    async def claim(self, on: Runner, seen: Record) -> bool:
        """Lock the row for this transaction; False if another worker has it, or has moved on."""
        return await self._run("claim", on, seen=seen["step"]) is not None

    async def save(self, on: Runner, move: Move, applied: Sequence[UUID]) -> None:
        """Move on; what was applied is parked no more."""
        to = {f"to_{name}": value for name, value in move._asdict().items()}
        await self._run("save", on, applied=applied, **to)

    async def restart(self, on: Runner, seen: Record) -> bool:
        """Begin another generation; False if another worker was faster."""
        return await self._run("restart", on, seen=seen["step"]) is not None

    async def park(self, on: Runner, kind: str, subject: UUID, error: str) -> None:
        """Set a record aside; each further try comes twice as late, at most an hour."""
        await self._run("park", on, a_kind=kind, a_subject=subject, a_error=error)

    async def due(self, on: Runner) -> list[Record]:
        """Return (kind, subject) of parked records to be tried now, and put off the next try."""
        found: list[Record] = await self._statements["due"].all(on, **self._given)
        return found

    async def parked(self, on: Runner) -> int:
        """Return how many records are parked."""
        return int(await self._run("count", on))

    async def _run(self, name: str, on: Runner, **given: object) -> Any:  # noqa: ANN401 - a value or None
        return await self._statements[name].value(on, **self._given, **given)


def _cursor_statements(feed: Feed) -> Mapping[str, Statement]:
    row, its = feed.cursors.c, sa.bindparam("its", type_=sa.Text)
    same = sa.and_(row.source == its, row.step == sa.bindparam("seen", type_=sa.BigInteger))
    on = {"step": row.step + 1, "updated_at": sa.func.clock_timestamp()}
    to = {name: sa.bindparam(f"to_{name}", type_=row[name].type) for name in Move._fields}
    parked = sa.delete(feed.parked).where(feed.parked.c.source == its)
    applied = parked.where(feed.parked.c.subject == sa.any_(sa.bindparam("applied", type_=sa.ARRAY(sa.Uuid))))
    again = {"generation": row.generation + 1, "cursor": None, "page": None, "tailing": False}
    change = sa.update(feed.cursors).returning(row.step)
    return {
        "read": Statement(sa.select(feed.cursors).where(row.source == its)),
        "begin": Statement(insert(feed.cursors).values(source=its).on_conflict_do_nothing()),
        "claim": Statement(sa.select(row.step).where(same).with_for_update(skip_locked=True)),
        "save": Statement(change.values(**on, **to).where(row.source == its).add_cte(applied.cte())),
        "restart": Statement(change.values(**on, **again).where(same).add_cte(parked.cte())),
    }


def _parking_statements(feed: Feed) -> Mapping[str, Statement]:
    row, its, now = feed.parked.c, sa.bindparam("its", type_=sa.Text), sa.func.clock_timestamp()
    later = now + _SECOND * sa.func.least(3600, sa.func.power(2, sa.func.least(row.tries, 12)))
    ready = sa.select(row.kind, row.subject).where(row.source == its, row.due <= now).limit(TAKEN)
    chosen = sa.tuple_(row.kind, row.subject).in_(ready.with_for_update(skip_locked=True))
    given = {name: sa.bindparam(f"a_{name}", type_=row[name].type) for name in ("kind", "subject", "error")}
    park = insert(feed.parked).values(source=its, due=now + _SECOND, **given)
    again = {"error": park.excluded.error, "due": later}
    put_off = sa.update(feed.parked).values(tries=row.tries + 1, due=later).where(row.source == its, chosen)
    return {
        "park": Statement(
            park.on_conflict_do_update(index_elements=[row.source, row.kind, row.subject], set_=again)
        ),
        "due": Statement(put_off.returning(row.kind, row.subject)),
        "count": Statement(sa.select(sa.func.count()).select_from(feed.parked).where(row.source == its)),
    }
