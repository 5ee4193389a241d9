"""Reading the feed: pages by position, each with the newest state of what it names, from one snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from asyncpg import Record

from feed.tables import LARGEST, Feed
from shared.auth import Principal, Visibility
from shared.database import Database
from shared.errors import Gone
from shared.statements import Runner, Statement, Visible

SNAPSHOT = 1000  # rows that are read for one page of a snapshot
Item = dict[str, Any]
NOT_THERE: Item = {"data_version": None, "deleted": False, "data": None}
_COLUMNS = ("through", "n", "type", "origin", "transaction", "at", "fields", "changed")
_CHOSEN = ("types", "origins", "not_origins")
_ARRAYS = ("subjects", "versions", "owners", "departments")


class Expired(Gone):
    """The cursor points to where the feed no longer is, or never was."""

    code, title = "cursor_expired", "This cursor cannot be followed: begin with the snapshot"

    def __init__(self, detail: str) -> None:
        link = "/v1/changes/snapshot"
        super().__init__(detail, headers={"link": f'<{link}>; rel="snapshot"'}, snapshot=link)


@dataclass(frozen=True, slots=True)
class Place:
    """A position in an epoch, where a page ended; `head` is how far the feed had come when it was read."""

    epoch: UUID
    position: int
    head: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for: the changes in the `limit` positions after a place, of some types or kinds.

    `origins` are the only ones wanted, `not_origins` those that are not; a change without an origin has none.
    """

    after: Place | None  # None: from the floor
    limit: int
    types: Sequence[str] = ()
    origins: Sequence[str] = ()
    not_origins: Sequence[str] = ()
    thin: bool = False
    brief: bool = False


class Part(NamedTuple):
    """The entries of a header that lie in a page: indexes into its arrays."""

    header: Record
    reach: range


class Reader:
    """Reads one feed; `kinds` gives for each kind of subject the select of (id, version, deleted, data).

    `data` is a `json` column, the one rendering of the kind. The selects name no ids, no order, no limit.
    `briefs` are such selects for some of the kinds, with only that part of `data` which other services keep.
    """

    def __init__(
        self, feed: Feed, kinds: Mapping[str, Visible], briefs: Mapping[str, Visible] | None = None
    ) -> None:
        self.feed, self.kinds = feed, kinds
        told = {False: kinds, True: {**kinds, **(briefs or {})}}
        self._states = {
            brief: {kind: _of_ids(rows) for kind, rows in some.items()} for brief, some in told.items()
        }
        self._rows = {
            brief: {kind: _in_order(rows) for kind, rows in some.items()} for brief, some in told.items()
        }
        self._headers, self._gone = Statement(_headers(feed)), Statement(_gone(feed))
        self._head = Statement(sa.select(feed.head.c.epoch, feed.head.c.position))

    async def page(
        self, database: Database, principal: Principal, wanted: Wanted
    ) -> tuple[list[Item], Place]:
        """Return changes and where they end; Expired when the place is not one of this feed.

        What the principal does not see is left out, or `removed` where it was to be seen before the change.
        """
        if wanted.thin and principal.visibility is Visibility.ALL:
            parts, end = await self._parts(database.pool, wanted)
            return [item for part in parts for item, _ in self._items(part, end.epoch)], end
        async with database.pool.acquire() as on, on.transaction(isolation="repeatable_read", readonly=True):
            parts, end = await self._parts(on, wanted)
            states = await self._read(on, principal, parts, brief=wanted.brief)
        items = []
        for part in parts:
            kind, subjects = kind_of(part.header["type"]), part.header["subjects"]
            for item, index in self._items(part, end.epoch):
                state = states.get((kind, subjects[index]))
                if state is None and principal.visibility is not Visibility.ALL:
                    if not _lost(principal, part.header, index):
                        continue
                    item["removed"] = True
                if not wanted.thin:
                    item.update(state or NOT_THERE)
                items.append(item)
        return items, end

    async def head(self, on: Runner) -> Place:
        """Return where the feed ends now."""
        row = await self._head.one(on)
        if row is None:
            raise LookupError("feed_head has lost its row")
        return Place(row["epoch"], row["position"], row["position"])

    async def rows(
        self, on: Runner, principal: Principal, kind: str, after: UUID | None, *, brief: bool = False
    ) -> list[Item]:
        """Return the next SNAPSHOT records of a kind, in the order of their ids."""
        found = await self._rows[brief][kind].all(on, principal, after=after or UUID(int=0))
        return [_record(kind, row) for row in found]

    async def named(
        self, on: Runner, principal: Principal, kind: str, ids: Sequence[UUID], *, brief: bool = False
    ) -> list[Item]:
        """Return the newest state of the records named, in any order, without those that are not seen."""
        return [_record(kind, row) for row in await self._newest(on, principal, kind, ids, brief=brief)]

    async def _parts(self, on: Runner, wanted: Wanted) -> tuple[list[Part], Place]:
        after = wanted.after.position if wanted.after else None
        chosen = {name: list(getattr(wanted, name)) or None for name in _CHOSEN}
        headers = await self._headers.all(on, after=after, limit=wanted.limit, **chosen)
        first = headers[0]
        start, head = first["floor"] if after is None else after, first["head"]
        if wanted.after and not (wanted.after.epoch == first["epoch"] and first["floor"] <= start <= head):
            raise Expired("The feed was restored or pruned since this cursor was given out.")
        parts = []
        for header in headers:
            if header["n"] is not None:  # null: the page is empty
                before = header["through"] - header["n"]
                reach = range(max(0, start - before), min(header["n"], start + wanted.limit - before))
                parts.append(Part(header, reach))
        return parts, Place(first["epoch"], min(start + wanted.limit, head), head)

    async def _read(
        self, on: Runner, principal: Principal, parts: Sequence[Part], *, brief: bool
    ) -> dict[tuple[str, UUID], Item]:
        ids: dict[str, set[UUID]] = {}
        for header, reach in parts:
            ids.setdefault(kind_of(header["type"]), set()).update(
                header["subjects"][reach.start : reach.stop]
            )
        return {
            (kind, row["id"]): _newest(row)
            for kind, some in ids.items()
            for row in await self._newest(on, principal, kind, list(some), brief=brief)
        }

    async def _newest(
        self, on: Runner, principal: Principal, kind: str, ids: Sequence[UUID], *, brief: bool
    ) -> list[Record]:
        """Return the states of records; whose rows are gone is known by the history, to who sees all."""
        rows = await self._states[brief][kind].all(on, principal, ids=ids)
        if len(rows) == len(set(ids)) or principal.visibility is not Visibility.ALL:
            return rows
        missing = {*ids}.difference(row["id"] for row in rows)
        return [*rows, *await self._gone.all(on, ids=list(missing))]

    def _items(self, part: Part, epoch: UUID) -> Iterator[tuple[Item, int]]:
        header, reach = part
        transaction, changed, subjects = header["transaction"], header["changed"], header["subjects"]
        versions, before = header["versions"], header["through"] - header["n"] + 1
        common = {
            "specversion": "1.0",
            "source": self.feed.source,
            "type": header["type"],
            "time": header["at"],
            "changed": header["fields"],
            "origin": header["origin"],
            "transaction": transaction and str(transaction),
            "removed": False,
        }
        for index in reach:
            item = {
                **common,
                "id": f"{epoch}:{before + index}",
                "subject": str(subjects[index]),
                "version": versions[index],
            }
            if changed is not None:
                item["changed"] = [name for name in changed[index].split(",") if name]
            yield item, index


def kind_of(type: str) -> str:  # noqa: A002 - CloudEvents' word
    """Return the kind of subject that a type of change is about."""
    return type.partition(".")[0]


def _headers(feed: Feed) -> sa.Select[Any]:
    """Headers that touch the positions (after, after + limit], beside head and floor: one row at least.

    Positions are dense, so a range of them bounds the rows: no LIMIT, which could be planned badly.
    """
    told, floor = feed.feed.c, feed.floor.c.position
    types, only, never = (sa.bindparam(name, type_=sa.ARRAY(sa.Text)) for name in _CHOSEN)
    start = sa.func.coalesce(sa.bindparam("after", type_=sa.BigInteger), floor)
    end = start + sa.bindparam("limit", type_=sa.BigInteger)
    kind = sa.func.split_part(told.type, sa.literal_column("'.'"), sa.literal_column("1"))
    named = sa.or_(types.is_(None), told.type == sa.any_(types), kind == sa.any_(types))
    made_by = sa.or_(only.is_(None), told.origin == sa.any_(only))
    not_made_by = sa.or_(never.is_(None), told.origin.is_(None), told.origin != sa.all_(never))
    near = told.through < end + sa.literal_column(str(LARGEST))
    touches = sa.and_(told.through > start, near, told.through - told.n < end, named, made_by, not_made_by)
    ends = feed.head.join(feed.floor, sa.true()).outerjoin(feed.feed, touches)
    columns = [told[name] for name in (*_COLUMNS, *_ARRAYS)]
    head = (feed.head.c.epoch, feed.head.c.position.label("head"), floor.label("floor"))
    one = (
        feed.head.c.k == 1,
        feed.floor.c.k == 1,
    )  # what the planner does not know: without it, it expects millions
    return sa.select(*head, *columns).select_from(ends).where(*one).order_by(told.through)


def _gone(feed: Feed) -> sa.Select[Any]:
    """Select the records whose rows are gone: the last that their history tells is that they were deleted."""
    kept = feed.history.c
    columns = (kept.subject.label("id"), kept.version, sa.true().label("deleted"), sa.null().label("data"))
    named = kept.subject == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid)))
    return sa.select(*columns).where(named, kept.diff.has_key("deleted_at"))


def _of_ids(rows: Visible) -> Visible:
    named = rows.query.selected_columns.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid)))
    return Visible(rows.query.where(named), of=rows.of, clear=rows.clear)


def _in_order(rows: Visible) -> Visible:
    key = rows.query.selected_columns.id
    later = rows.query.where(key > sa.bindparam("after", type_=sa.Uuid)).order_by(key)
    return Visible(later.limit(sa.literal_column(str(SNAPSHOT), sa.Integer)), of=rows.of, clear=rows.clear)


def _newest(state: Record) -> Item:
    gone = state["deleted"]
    return {"data_version": state["version"], "deleted": gone, "data": None if gone else state["data"]}


def _record(kind: str, state: Record) -> Item:
    return {"kind": kind, "subject": str(state["id"]), "version": state["version"], **_newest(state)}


def _lost(principal: Principal, header: Record, index: int) -> bool:
    """Whether the principal saw this record before the change."""
    owners, departments = header["owners"], header["departments"]
    if owners is not None and owners[index] == principal.id:
        return True
    where = departments[index] if departments is not None else None
    return principal.visibility is Visibility.DEPARTMENT and where == principal.department is not None
