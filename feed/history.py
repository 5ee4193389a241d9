"""History: who changed which fields of a record from what to what, masked like the record itself."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from feed.diff import overlaps
from feed.tables import Feed
from shared.auth import Principal
from shared.masking import masked_diff, masked_in
from shared.schemas import Instant, Read
from shared.statements import Runner, Shown, Statement, json_object
from web.app import core
from web.etag import Condition, stale
from web.lists import Paging, listed

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


class History:
    """Reads the history of a service's records; `personal` are the fields of theirs that may be masked."""

    def __init__(self, feed: Feed, personal: Iterable[str] = ()) -> None:
        kept = feed.history.c
        mine = kept.subject == sa.bindparam("subject", type_=sa.Uuid)
        last = sa.bindparam("last_version", type_=sa.Integer)
        entry = json_object(
            subject=kept.subject,
            version=kept.version,
            at=kept.at,
            who=kept.who,
            source=kept.source,
            transaction=kept.transaction,
            changes=masked_diff(kept.diff, personal),
            masked=masked_in(kept.diff, personal),
        )
        self._page = Shown(
            sa.select(kept.version, entry.label("data"))
            .where(mine, kept.version < sa.func.coalesce(last, _NEWEST))
            .order_by(kept.version.desc())
            .limit(sa.bindparam("limit", type_=sa.Integer))
        )
        self._several = Shown(_several(feed.history, entry.label("data")))
        self._since = Statement(
            sa.select(sa.func.jsonb_object_keys(kept.diff).label("field"))
            .where(mine, kept.version > sa.bindparam("version", type_=sa.Integer))
            .distinct()
        )

    async def answer(
        self, request: Request, principal: Principal, place: Paging, subject: UUID, *others: UUID
    ) -> Response:
        """Answer a page about a record that the principal is known to see, and others that belong to it."""
        pool = core(request).database.pool
        if others:
            several, subjects = self._several.to(principal), [subject, *others]
            return await listed(
                request, place, _ORDER, lambda **given: several.all(pool, subjects=subjects, **given)
            )
        statement = self._page.to(principal)
        return await listed(
            request, place, ("version",), lambda **given: statement.all(pool, subject=subject, **given)
        )

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


def _several(kept: sa.Table, data: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Select a page of the history of some `subjects`, in one order."""
    columns = [kept.c[name] for name in _ORDER]
    last = [sa.bindparam(f"last_{name}", type_=kept.c[name].type) for name in _ORDER]
    among = kept.c.subject == sa.any_(sa.bindparam("subjects", type_=sa.ARRAY(sa.Uuid)))
    return (
        sa.select(*columns, data)
        .where(among, sa.or_(last[0].is_(None), sa.tuple_(*columns) < sa.tuple_(*last)))
        .order_by(*(column.desc() for column in columns))
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
