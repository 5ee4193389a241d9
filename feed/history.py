"""History: who changed which fields of a record from what to what, masked like the record itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from asyncpg import Record
from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy.dialects.postgresql import JSONB
from starlette.requests import Request
from starlette.responses import Response

from feed.tables import Feed
from shared.auth import Principal
from shared.diff import overlaps
from shared.masking import masked_diff, masked_in
from shared.schemas import Instant, Read
from shared.statements import Runner, Shown, Statement, json_object
from web.app import core
from web.etag import Condition, stale
from web.lists import Paged, Paging, listed

NOTHING: Mapping[str, Any] = {}
_ORDER = ("at", "subject", "version")
_NEWEST: sa.ColumnElement[int] = sa.literal_column(str(2**31 - 1))  # above every version


class FieldChange(Read):
    """What a field was and what it became."""

    was: Any = Field(alias="from")
    became: Any = Field(alias="to")


class HistoryEntry(Read):
    """One change: of which record, who made it, through which system; an attribute is "attributes.colour"."""

    subject: UUID
    version: int
    at: Instant
    who: str
    source: str
    transaction: UUID
    changes: dict[str, FieldChange]
    masked: list[str] = Field(description="Changes that show neither, as you may not read personal data.")


class HistoryPage(Read):
    """Changes, newest first."""

    items: list[HistoryEntry]
    next: str | None


class Steps(Paging):
    """Which page of a history is asked for, and of which field: all of them when None."""

    __slots__ = ("field",)

    def __init__(self, place: Paging, field: str | None) -> None:
        super().__init__(place.limit, place.cursor)
        self.field = field


async def steps(
    place: Paged,
    field: Annotated[
        str | None,
        Query(
            min_length=1, max_length=200, description="Only this field: `attributes.colour`, or `attributes`."
        ),
    ] = None,
) -> Steps:
    """Return which steps of a history are asked for."""
    return Steps(place, field)


Stepped = Annotated[Steps, Depends(steps)]


class History:
    """Reads the history of a service's records; `personal` are the fields of theirs that may be masked."""

    def __init__(self, feed: Feed, personal: Iterable[str] = ()) -> None:
        kept, masked = feed.history.c, frozenset(personal)
        mine = kept.subject == sa.bindparam("subject", type_=sa.Uuid)
        last = sa.bindparam("last_version", type_=sa.Integer)
        every = _entry(feed.history, kept.diff, masked).label("data")
        narrow = _entry(feed.history, _of_field(kept.diff), masked).label("data")
        one = (
            sa.select(kept.version)
            .where(mine, kept.version < sa.func.coalesce(last, _NEWEST))
            .order_by(kept.version.desc())
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
        several, told = _several(feed.history), _changed(kept.diff)
        self._page = {False: Shown(one.add_columns(every)), True: Shown(one.add_columns(narrow).where(told))}
        self._several = {
            False: Shown(several.add_columns(every)),
            True: Shown(several.add_columns(narrow).where(told)),
        }
        self._after = Shown(_after(feed.history, mine, masked))
        self._since = Statement(
            sa.select(sa.func.jsonb_object_keys(kept.diff).label("field"))
            .where(mine, kept.version > sa.bindparam("version", type_=sa.Integer))
            .distinct()
        )

    async def answer(
        self, request: Request, principal: Principal, place: Steps, subject: UUID, *others: UUID
    ) -> Response:
        """Answer a page about a record that the principal is known to see, and others that belong to it."""
        pool, narrow = core(request).database.pool, place.field is not None
        asked: dict[str, Any] = {"field": place.field} if narrow else {}
        if others:
            several, subjects = self._several[narrow].to(principal), [subject, *others]
            return await listed(
                request, place, _ORDER, lambda **given: several.all(pool, subjects=subjects, **asked, **given)
            )
        statement = self._page[narrow].to(principal)
        return await listed(
            request,
            place,
            ("version",),
            lambda **given: statement.all(pool, subject=subject, **asked, **given),
        )

    async def after(
        self, on: Runner, principal: Principal, subject: UUID, *, version: int, moment: datetime
    ) -> list[Record]:
        """Return the changes of a record up to a version that came after a moment, the newest first.

        Each has `version`, `at` and `diff`; the last one is the change that held at the moment, unless the
        record was not there yet.
        """
        given = {"subject": subject, "version": version, "moment": moment}
        return await self._after.to(principal).all(on, **given)

    async def check(
        self, on: Runner, subject: UUID, current: int, *, seen: Condition, patch: Mapping[str, Any] = NOTHING
    ) -> None:
        """Raise 412 unless the caller saw the current version, or patches other fields than changed since."""
        if seen.version == current:
            return
        rows = await self._since.all(on, subject=subject, version=seen.version)
        changed = [row["field"] for row in rows]
        if not seen.disjoint or seen.version > current or overlaps(patch, changed):
            raise stale(current, changed)


def _entry(kept: sa.Table, diff: Any, personal: Iterable[str]) -> sa.ColumnElement[Any]:  # noqa: ANN401 - jsonb
    """Render an entry, with what of its changes is given."""
    plain = {name: kept.c[name] for name in ("subject", "version", "at", "who", "source", "transaction")}
    return json_object(**plain, changes=masked_diff(diff, personal), masked=masked_in(diff, personal))


def _changed(diff: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a jsonb column
    """Whether a diff says something of the parameter `field`, or of its members."""
    key = sa.func.jsonb_object_keys(diff).column_valued("key")
    return sa.exists(sa.select(key).where(_is_of_field(key)))


def _is_of_field(key: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a column
    field = sa.bindparam("field", type_=sa.Text)
    return sa.or_(key == field, sa.func.starts_with(key, field.concat(sa.literal_column("'.'"))))


def _of_field(diff: Any) -> sa.ColumnElement[Any]:  # noqa: ANN401 - a jsonb column
    """Return of a diff what the parameter `field` says, and its members."""
    member = sa.func.jsonb_each(diff).table_valued("key", sa.column("value", JSONB)).c
    pairs = sa.select(sa.func.jsonb_object_agg(member.key, member.value)).where(_is_of_field(member.key))
    return sa.func.coalesce(pairs.scalar_subquery(), sa.literal_column("'{}'::jsonb"), type_=JSONB)


def _several(kept: sa.Table) -> sa.Select[Any]:
    """Select a page of the history of some `subjects`, in one order."""
    columns = [kept.c[name] for name in _ORDER]
    last = [sa.bindparam(f"last_{name}", type_=kept.c[name].type) for name in _ORDER]
    among = kept.c.subject == sa.any_(sa.bindparam("subjects", type_=sa.ARRAY(sa.Uuid)))
    return (
        sa.select(*columns)
        .where(among, sa.or_(last[0].is_(None), sa.tuple_(*columns) < sa.tuple_(*last)))
        .order_by(*(column.desc() for column in columns))
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )


def _after(table: sa.Table, mine: sa.ColumnElement[bool], personal: Iterable[str]) -> sa.Select[Any]:
    """Select the changes after a `moment` and the one that held then, up to a `version`, newest first."""
    kept, held = table.c, table.alias("held").c
    until = sa.bindparam("version", type_=sa.Integer)
    then = sa.select(sa.func.max(held.version)).where(
        held.subject == sa.bindparam("subject", type_=sa.Uuid),
        held.version <= until,
        held.at <= sa.bindparam("moment", type_=held.at.type),
    )
    first = sa.func.coalesce(then.scalar_subquery(), sa.literal_column("0"))
    return (
        sa.select(kept.version, kept.at, masked_diff(kept.diff, personal).label("diff"))
        .where(mine, kept.version >= first, kept.version <= until)
        .order_by(kept.version.desc())
    )
