"""Reading what each later version of an order corrected."""

from typing import Any, cast
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Integer, Uuid, bindparam, func, literal_column, select

from services.interaction.base import FEED
from services.interaction.orders.corrections import correction
from shared.statements import Runner, Statement

_kept = FEED.history.c
_NEWEST = literal_column(str(2**31 - 1), Integer)  # above every version
_VERSIONS = Statement(
    select(_kept.version, _kept.at, _kept.who, _kept.source, _kept.diff)
    .where(
        _kept.subject == bindparam("subject", type_=Uuid),
        _kept.version > literal_column("1", Integer),
        _kept.version < func.coalesce(bindparam("last_version", type_=Integer), _NEWEST),
    )
    .order_by(_kept.version.desc())
    .limit(bindparam("limit", type_=Integer))
)


async def corrections(on: Runner, order_id: UUID, **place: Any) -> list[Record]:  # noqa: ANN401 - of a page
    """Return `version` and `data` of the corrections of an order that the principal is known to see."""
    rows = await _VERSIONS.all(on, subject=order_id, **place)
    return cast("list[Record]", [{"version": row["version"], "data": _shown(row)} for row in rows])


def _shown(row: Record) -> dict[str, Any]:
    told = {name: row[name] for name in ("version", "at", "who", "source")}
    return {**told, **correction(row["diff"])}
