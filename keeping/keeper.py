"""Keeping: records of one kind, of which every write is one statement: row, version, feed entry, history."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from asyncpg import Record
from fastapi import Request, Response
from sqlalchemy.dialects.postgresql import JSONB

from feed.history import History, Steps
from feed.tables import Feed
from feed.write import by, entries, entry
from shared.auth import Principal
from shared.database import Transaction
from shared.diff import changes
from shared.errors import MaskedField, NotFound
from shared.ids import uuid7
from shared.masking import columns_of
from shared.patch import merge
from shared.statements import Runner, Shown, Visible, visible
from web.app import answer, core
from web.etag import Condition
from web.once import Again, Answer

Clause = sa.ColumnElement[Any]
Owner = Callable[[Any], tuple[Clause, Clause]]  # of a record's columns: its owner and its department
DECIDING = "decides what a write does, and shows nobody anything"


def nobodys(_: Any) -> tuple[Clause, Clause]:  # noqa: ANN401 - a record's columns
    """Return the owner and department of records that belong to nobody."""
    return sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), sa.Text)


def accept(_: Mapping[str, Any]) -> None:
    """Take columns as their schema let them pass."""


def refusal(principal: Principal, personal: Iterable[str], given: Iterable[str]) -> MaskedField | None:
    """Return why a principal may not write these fields, if some hold personal data that it may not read."""
    masked = [] if principal.personal else sorted(set(personal).intersection(given))
    return MaskedField(pointers=[f"/{name}" for name in masked]) if masked else None


@dataclass(frozen=True, eq=False)
class Keeper:
    """Reads and writes the records of a kind, for principals who see them.

    `model` is a `Kept` with columns named like the fields that callers write. `rendering` is the JSON of a
    record, over a model or a CTE's columns; `owner` tells the feed whose a record was; `live` is what must
    hold for a record to be there at all; `check` raises Invalid for columns that make no record. Deleting is
    soft: the id is never given again.
    """

    feed: Feed
    kind: str
    model: Any
    rendering: Callable[[Any], Clause]
    owner: Owner = nobodys
    live: sa.ColumnElement[bool] = field(default_factory=sa.true)
    check: Callable[[Mapping[str, Any]], None] = accept
    absent: type[NotFound] = NotFound

    @cached_property
    def history(self) -> History:
        """The history of the records."""
        return History(self.feed, self.personal)

    @cached_property
    def personal(self) -> frozenset[str]:
        """The fields that hold personal data."""
        return columns_of(self.model)

    @cached_property
    def shown(self) -> sa.Select[Any]:
        """Select `id`, `version`, `data` of what is not deleted, ready to be narrowed and ordered."""
        data = self.rendering(self.model).label("data")
        return sa.select(self.model.id, self.model.version, data).where(self._there)

    @cached_property
    def one(self) -> Visible:
        """Select one record by `id`."""
        return visible(self.shown.where(self.model.id == sa.bindparam("id", type_=sa.Uuid)), self.model)

    @cached_property
    def told(self) -> Visible:
        """Select records as the feed tells of them: what reads do not find is deleted."""
        gone = sa.not_(self._there).label("deleted")
        data = sa.case((self._there, self.rendering(self.model))).label("data")
        return visible(sa.select(self.model.id, self.model.version, gone, data), self.model)

    async def fetch(self, on: Runner, principal: Principal, id_: UUID) -> Record:
        """Return `id`, `version` and `data` of one record; `absent` if the principal sees none."""
        row = await self.one.one(on, principal, id=id_)
        if row is None:
            raise self.absent
        return row

    async def read(self, request: Request, principal: Principal, id_: UUID) -> Response:
        """Answer with one record and its tag, 304 where it is known; `absent` if the principal sees none."""
        row = await self.fetch(core(request).database.pool, principal, id_)
        return answer(row["data"], version=row["version"], request=request)

    async def past(self, request: Request, principal: Principal, place: Steps, id_: UUID) -> Response:
        """Answer with a page of the history of a record that the principal sees."""
        row = await self.fetch(core(request).database.pool, principal, id_)
        return await self.history.answer(request, principal, place, row["id"])

    async def create(self, tx: Transaction, values: Mapping[str, Any], path: str) -> Answer:
        """Make a record of these columns; `path` is what its location begins with."""
        self._check_masked(tx, values)
        id_ = uuid7()
        row = {**dict.fromkeys(self._columns), **values, "id": id_, "version": 1}
        row |= {"created_at": tx.at, "updated_at": tx.at}
        self.check(row)
        data = await self._create.to(tx.principal).value(tx.connection, **row, **by(tx))
        return Answer(data, 201, 1, f"{path}/{id_}", (id_,))

    async def change(self, tx: Transaction, id_: UUID, patch: Mapping[str, Any], seen: Condition) -> Answer:
        """Apply a merge patch of columns; one that changes nothing answers with the version as it is."""
        self._check_masked(tx, patch)
        before = await self._lock(tx, id_, seen, patch)
        after = {name: merge(before[name], value) for name, value in patch.items()}
        diff = changes({name: before[name] for name in after}, after)
        if not diff:
            row = await self.fetch(tx.connection, tx.principal, id_)
            return Answer(row["data"], version=before["version"], subjects=(id_,))
        whole = {**dict(before), **after}
        self.check(whole)
        data = await self._write(self._change, tx, whole, diff)
        return Answer(data, version=before["version"] + 1, subjects=(id_,))

    async def remove(self, tx: Transaction, id_: UUID, seen: Condition) -> Answer:
        """Delete a record."""
        before = await self._lock(tx, id_, seen, {})
        diff = {"deleted_at": {"from": None, "to": tx.at}}
        await self._write(self._remove, tx, {**dict(before), "deleted_at": tx.at}, diff)
        return Answer(None, 204, subjects=(id_,))

    async def _write(
        self, statement: Shown, tx: Transaction, row: dict[str, Any], diff: Mapping[str, Any]
    ) -> Any:  # noqa: ANN401 - JSON
        row |= {"version": row["version"] + 1, "updated_at": tx.at, "diff_of": diff}
        return await statement.to(tx.principal).value(tx.connection, **row, **by(tx))

    async def _lock(self, tx: Transaction, id_: UUID, seen: Condition, patch: Mapping[str, Any]) -> Record:
        """Lock a record in the version that was seen; who is stale is told so without waiting."""
        version = None if seen.disjoint else seen.version
        held = await self._held.one(tx.connection, tx.principal, id=id_, seen=version)
        if held is None:
            row = await self.fetch(tx.connection, tx.principal, id_)
            await self.history.check(tx.connection, id_, row["version"], seen=seen)
            raise Again  # it was changed back and forth between two looks
        await self.history.check(tx.connection, id_, held["version"], seen=seen, patch=patch)
        return held

    def _check_masked(self, tx: Transaction, values: Mapping[str, Any]) -> None:
        if problem := refusal(tx.principal, self.personal, values):
            raise problem

    # -- statements
    @cached_property
    def _there(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.model.deleted_at.is_(None), self.live)

    @cached_property
    def _columns(self) -> dict[str, sa.BindParameter[Any]]:
        return {c.name: sa.bindparam(c.name, type_=c.type) for c in self.model.__table__.columns}

    @cached_property
    def _held(self) -> Visible:
        mine = self.model.id == sa.bindparam("id", type_=sa.Uuid)
        row = sa.select(self.model.__table__).where(mine, self._there)
        seen = self.model.version == sa.bindparam("seen", type_=sa.Integer)
        return visible(row.with_for_update(of=self.model), self.model, {"seen": seen}, clear=DECIDING)

    @cached_property
    def _create(self) -> Shown:
        made = sa.insert(self.model).values(self._columns).returning(*self.model.__table__.c).cte("made")
        told = entry(self.feed, self._changed(made, sa.literal_column("'{}'::jsonb")), f"{self.kind}.created")
        return Shown(sa.select(self.rendering(made.c)).add_cte(*told), unguarded="shows what it has written")

    @cached_property
    def _change(self) -> Shown:
        return self._written("updated")

    @cached_property
    def _remove(self) -> Shown:
        return self._written("deleted")

    def _written(self, what: str) -> Shown:
        kept = ("id", "created_at")
        values = {name: value for name, value in self._columns.items() if name not in kept}
        made = (
            sa.update(self.model)
            .where(self.model.id == self._columns["id"])
            .values(values)
            .returning(*self.model.__table__.c)
            .cte("made")
        )
        changed = self._changed(made, sa.bindparam("diff_of", type_=JSONB))
        told = entries(self.feed, changed, f"{self.kind}.{what}")
        return Shown(sa.select(self.rendering(made.c)).add_cte(*told), unguarded="shows what it has written")

    def _changed(self, made: sa.CTE, diff: Clause) -> sa.CTE:
        owner, department = self.owner(made.c)
        return sa.select(
            made.c.id.label("subject"),
            made.c.version,
            diff.label("diff"),
            owner.label("owner"),
            department.label("department"),
        ).cte("changed")
