"""Reading who references mean."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Integer, Text, Uuid, and_, bindparam, column, false, func, or_, select

from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.identities.people import Key, Known
from shared.statements import Runner, Statement, json_object, visible

WRITING = "its caller judges by owner and department what the principal may know"

# What `known` reads, under names that no record has.
WHO: tuple[Any, ...] = (
    Identity.original_id.label("who_original_id"),
    Identity.current_id.label("who_current_id"),
    Identity.owner.label("who_owner"),
    Identity.department.label("who_department"),
    Identity.deleted.label("who_deleted"),
    Identity.matched().label("who_matched"),
)
_wanted = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("systems", type_=ARRAY(Text)),
        bindparam("names", type_=ARRAY(Text)),
    )
    .table_valued(column("id", Uuid), column("system", Text), column("name", Text), with_ordinality="n")
    .render_derived("wanted")
)
_original = func.coalesce(_wanted.c.id, ExternalIdentity.customer_id)
_FIND = Statement(
    select(column("n", Integer), *WHO).select_from(
        _wanted.outerjoin(
            ExternalIdentity,
            and_(
                ExternalIdentity.system == _wanted.c.system,
                ExternalIdentity.external_id == _wanted.c.name,
            ),
        ).join(
            Identity,
            and_(Identity.original_id == _original, or_(_wanted.c.id.is_not(None), ~Identity.deleted)),
        )
    ),
    unguarded=WRITING,
)
# One key alone is looked up without arrays: the hot way, and planned as what it is.
_BY_ID = Statement(select(*WHO).where(Identity.original_id == bindparam("id", type_=Uuid)), unguarded=WRITING)
_BY_NAME = Statement(
    select(*WHO)
    .join_from(ExternalIdentity, Identity, Identity.original_id == ExternalIdentity.customer_id)
    .where(
        ExternalIdentity.system == bindparam("system", type_=Text),
        ExternalIdentity.external_id == bindparam("name", type_=Text),
        ~Identity.deleted,
    ),
    unguarded=WRITING,
)

# What the feed tells of ids that were given to strangers, for those who keep facts under them too: who the
# customer is that they turned out to be. Whom that one means now, customer's own feed tells first.
TOLD = visible(
    select(
        Identity.original_id.label("id"),
        Identity.version,
        false().label("deleted"),
        json_object(
            original_id=Identity.original_id,
            customer_id=func.coalesce(Identity.customer_id, Identity.original_id),
            current_id=Identity.current_id,
        ).label("data"),
    ).where(or_(Identity.provisional, Identity.customer_id.is_not(None))),
    Identity,
)


async def find(on: Runner, keys: Collection[Key]) -> dict[Key, Known]:
    """Return who the keys mean, as far as it is known here; the names of who is deleted are nobody's."""
    if not keys:
        return {}
    asked = list(keys)
    if len(asked) == 1:
        row = await _one(on, asked[0])
        return {} if row is None else {asked[0]: known(row)}
    rows = await _FIND.all(
        on,
        ids=[key if isinstance(key, UUID) else None for key in asked],
        systems=[None if isinstance(key, UUID) else key[0] for key in asked],
        names=[None if isinstance(key, UUID) else key[1] for key in asked],
    )
    return {asked[row["n"] - 1]: known(row) for row in rows}


async def _one(on: Runner, key: Key) -> Record | None:
    if isinstance(key, UUID):
        return await _BY_ID.one(on, id=key)
    return await _BY_NAME.one(on, system=key[0], name=key[1])


def known(row: Record) -> Known:
    """Return what a row with the columns WHO tells."""
    return Known(
        row["who_original_id"],
        row["who_current_id"],
        row["who_owner"],
        row["who_department"],
        row["who_deleted"],
        row["who_matched"],
    )
